import type { ListResponse } from 'imapflow';
import { describe, expect, it } from 'vitest';
import { findIn, foldersOf } from './folders.ts';

const listed = (path: string, flags: readonly string[] = [], specialUse?: string): ListResponse => ({
  path,
  pathAsListed: path,
  name: path,
  delimiter: '/',
  parent: [],
  parentPath: '',
  flags: new Set(flags),
  listed: true,
  subscribed: true,
  ...(specialUse && { specialUse }),
});

describe('folders', () => {
  it('get their roles from flags in a plain LIST, as Exchange Online sends them', () => {
    const folders = foldersOf([listed('INBOX'), listed('Gelöscht', ['\\Marked', '\\Trash']), listed('Entwürfe', ['\\Drafts'])], {});
    expect(folders.map(({ id, role }) => [id, role])).toEqual([['INBOX', 'inbox'], ['Gelöscht', 'trash'], ['Entwürfe', 'drafts']]);
  });

  it('take the word of the operator before that of the server, and that before a name', () => {
    const all = [listed('INBOX'), listed('Sent', [], '\\Sent'), listed('Sent Items', ['\\Sent']), listed('Ours')];
    const roleOf = (sent?: string) => foldersOf(all, sent === undefined ? {} : { sent }).find(({ role }) => role === 'sent')?.id;
    expect(roleOf()).toBe('Sent Items');
    expect(roleOf('Ours')).toBe('Ours');
    expect(foldersOf(all.slice(0, 2), {}).find(({ role }) => role === 'sent')?.id).toBe('Sent');
  });

  it('are those that can hold messages, with the path from the top down', () => {
    const folders = foldersOf([listed('INBOX'), listed('Shared', ['\\Noselect']), listed('Shared/Team/2026')], {});
    expect(folders.map(({ path }) => path)).toEqual([['INBOX'], ['Shared', 'Team', '2026']]);
  });

  it('are found by role or path, INBOX without regard to case', () => {
    const folders = foldersOf([listed('INBOX'), listed('INBOX/Archive'), listed('archive', ['\\Archive'])], {});
    expect(findIn(folders, { path: ['inbox', 'Archive'] }).id).toBe('INBOX/Archive');
    expect(findIn(folders, { role: 'archive' }).id).toBe('archive');
    expect(() => findIn(folders, { path: ['Inbox', 'archive'] })).toThrow(/No folder/);
  });
});
