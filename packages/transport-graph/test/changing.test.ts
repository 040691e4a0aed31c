import { contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf, type Setting, setting } from './setting.ts';

async function filled({ open, mailbox, tenant }: Setting, count: number) {
  tenant.store.fill(mailbox, { count });
  const { receive, mutate } = facetsOf(await open());
  const { id: folder } = await receive.findFolder({ role: 'inbox' });
  const archive = (await receive.findFolder({ role: 'archive' })).id;
  const refs = (await collect(receive.list({ folder }))).map(({ ref }) => ref);
  return { mutate, receive, folder, archive, refs };
}

const posts = ({ requests }: Setting): number => requests.filter(({ method }) => method === 'POST').length;

describe('changing many', () => {
  it('takes a request for twenty, and repeats alone what was refused alone', () =>
    setting(async (world) => {
      const { mutate, refs } = await filled(world, 45);
      const before = posts(world);
      world.fault('http.refuse', { status: 429, method: 'PATCH', retryAfter: 0.01 }, 3);
      await mutate.updateKeywords(refs, { add: ['$seen'] });
      expect(world.mailbox.folder('inbox')!.messages.every(({ isRead }) => isRead)).toBe(true);
      expect(posts(world) - before).toBeLessThanOrEqual(4);
    }));

  it('tells which were changed and which not when patience ends in the middle', () =>
    setting(async (world) => {
      const { mutate, refs } = await filled(world, 25);
      world.fault('http.refuse', { status: 429, method: 'PATCH', retryAfter: 60 }, 1);
      const failure = await mutate.updateKeywords(refs, { add: ['$seen'] }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'partial-failure', failed: expect.arrayContaining([{ item: expect.anything(), error: expect.objectContaining({ code: 'throttled' }) }]) });
      const { done, failed } = failure as { done: unknown[]; failed: unknown[] };
      expect(done.length + failed.length).toBe(25);
      expect(world.mailbox.folder('inbox')!.messages.filter(({ isRead }) => isRead)).toHaveLength(done.length);
    }));

  it('moves again what was perhaps moved, and it is moved once', () =>
    setting(async (world) => {
      const { mutate, refs, archive } = await filled(world, 5);
      world.fault('http.drop-response', { method: 'POST', path: '/move$' }, 1);
      expect((await mutate.move(refs, archive)).map(({ to }) => to?.folder)).toEqual(Array.from({ length: 5 }, () => archive));
      expect([world.mailbox.folder('inbox')!.messages.length, world.mailbox.folder('archive')!.messages.length]).toEqual([0, 5]);
    }));

  it('takes a message that is gone after a lost answer for deleted', () =>
    setting(async (world) => {
      const { mutate, refs } = await filled(world, 3);
      world.fault('http.drop-response', { method: 'POST', path: '/permanentDelete$' }, 1);
      await mutate.delete(refs, { mode: 'permanently' });
      expect(world.mailbox.folder('inbox')!.messages).toHaveLength(0);
    }));

  it('throws what is wrong with all of them as it is', () =>
    setting(async (world) => {
      const { mutate, refs } = await filled(world, 3);
      world.fault('graph.out-of-scope');
      await expect(mutate.updateKeywords(refs, { add: ['$seen'] })).rejects.toMatchObject({ code: 'access.denied', remedy: { action: 'grant-mailbox-access' } });
    }));
});

describe('appending', () => {
  it('is never repeated, and says that nobody knows the outcome', () =>
    setting(async (world) => {
      const { mutate, receive } = facetsOf(await world.open());
      const { id: drafts } = await receive.findFolder({ role: 'drafts' });
      world.fault('http.refuse', { status: 504, when: 'after', method: 'POST' }, 1);
      const before = posts(world);
      await expect(mutate.append(drafts, contentOf('Subject: once\r\n\r\nx\r\n'), { keywords: ['$draft'] })).rejects.toMatchObject({ retry: 'unknown-outcome' });
      expect([posts(world) - before, world.mailbox.folder('drafts')!.messages.length]).toEqual([1, 1]);
    }));

  it('refuses what is too large before it reads or sends all of it', () =>
    setting(async (world) => {
      const { mutate, receive } = facetsOf(await world.open());
      const { id: drafts } = await receive.findFolder({ role: 'drafts' });
      const before = posts(world);
      let read = 0;
      const endless = {
        async *open() {
          for (;;) {
            read += 1_000_000;
            yield Buffer.alloc(1_000_000, 'x');
          }
        },
      };
      for (const content of [endless, { ...endless, size: 5_000_000 }]) await expect(mutate.append(drafts, content, { keywords: ['$draft'] })).rejects.toMatchObject({ code: 'message.too-large' });
      expect([read, posts(world) - before]).toEqual([4_000_000, 0]);
    }));
});
