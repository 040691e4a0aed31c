import type { ChangesSince } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf, setting, type Setting, told } from './setting.ts';

interface Shown {
  subject?: string;
  id?: string;
  receivedDateTime?: string | null;
}

const letter = (subject: string): string[] => [`Subject: ${subject}`, `Message-ID: <${subject.replaceAll(' ', '-')}@example.org>`, 'From: ada@example.org', '', 'text'];

/** A service that shows messages with this in their subject without a date, in lists; `everywhere` also where one is asked for by itself. */
function hidingDates({ context }: Setting, word: string, where: { everywhere: boolean }): typeof globalThis.fetch {
  const hidden = new Set<string>();
  return async (input, init) => {
    const answer = await context.fetch(input, init);
    const isList = !(input as string).endsWith('/$batch');
    const text = await answer.text();
    if (!text.startsWith('{')) return new Response(answer.status === 204 ? null : text, answer);
    const json = JSON.parse(text, (_, value: unknown) => {
      const message = value as Shown | null;
      if (typeof message !== 'object' || message === null || !('receivedDateTime' in message)) return value;
      if (message.subject?.includes(word)) hidden.add(message.id ?? '');
      return hidden.has(message.id ?? '') && (isList || where.everywhere) ? { ...message, receivedDateTime: null } : message;
    }) as unknown;
    return new Response(JSON.stringify(json), { status: answer.status, headers: { date: answer.headers.get('date') ?? '' } });
  };
}

async function opened(here: Setting, where: { everywhere: boolean }) {
  const transport = await here.open({}, { fetch: hidingDates(here, 'dateless', where) });
  const { receive } = facetsOf(transport);
  const folder = (await receive.findFolder({ role: 'inbox' })).id;
  const sweep = (since: ChangesSince) => collect(receive.changes({ folder, since }));
  const warnings = () => here.logged.filter(({ event }) => event === 'graph.message-without-date');
  return { receive, folder, sweep, warnings };
}

const after = (batches: readonly { readonly cursor: string }[]): ChangesSince => ({ kind: 'cursor', cursor: batches.at(-1)?.cursor ?? '' });

describe('a message that does not say when it came', () => {
  it('is asked for once more, and reported with the date it has', () =>
    setting(async (here) => {
      const { sweep, warnings, receive, folder } = await opened(here, { everywhere: false });
      const start = await sweep({ kind: 'now' });
      for (const subject of ['one', 'dateless two', 'three', 'dateless four']) here.put(letter(subject));
      const before = here.requests.length;
      const batches = await sweep(after(start));
      expect(told(batches).toSorted()).toEqual(['added dateless four', 'added dateless two', 'added one', 'added three']);
      expect(here.requests.length - before).toBe(2);
      expect(await collect(receive.list({ folder }))).toHaveLength(4);
      expect(await collect(receive.locate({ messageId: 'dateless-two@example.org' }))).toMatchObject([{ receivedAt: expect.any(Date) as Date }]);
      expect(warnings()).toEqual([]);
    }));

  it('is left out with a warning where it never says, and reported as soon as it does', () =>
    setting(async (here) => {
      const where = { everywhere: true };
      const { sweep, warnings, folder } = await opened(here, where);
      const start = await sweep({ kind: 'now' });
      const message = here.put(letter('dateless'));
      here.put(letter('other'));
      const batches = await sweep(after(start));
      expect(told(batches)).toEqual(['added other']);
      expect(warnings()).toEqual([{ event: 'graph.message-without-date', fields: { folder, message: here.mailbox.immutableId(message) } }]);
      where.everywhere = false;
      here.mailbox.update(message, { isRead: true });
      expect(told(await sweep(after(batches)))).toContain('added dateless');
    }));

  it('can change without one, once it was reported', () =>
    setting(async (here) => {
      const where = { everywhere: false };
      const { sweep, warnings } = await opened(here, where);
      const start = await sweep({ kind: 'now' });
      const message = here.put(letter('dateless'));
      const batches = await sweep(after(start));
      where.everywhere = true;
      here.mailbox.update(message, { isRead: true });
      expect(told(await sweep(after(batches)))).toEqual(['updated $seen']);
      expect(warnings()).toEqual([]);
    }));
});
