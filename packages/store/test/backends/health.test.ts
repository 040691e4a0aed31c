import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';

describe.each(backends)('the health of mailboxes on $name', (backend) => {
  it('is what was said last of each direction', async () => {
    await using place = await backend.makePlace();
    const { health, mailboxes } = await place.open();
    for (const id of ['sales', 'support']) await mailboxes.put({ id, address: `${id}@contoso.com` });
    await health.report([
      { mailbox: 'sales', direction: 'receive', state: 'retrying', error: '{"code":"auth.rejected"}', retryAt: 9 },
      { mailbox: 'support', direction: 'receive', state: 'active', completeUpTo: 5 },
    ]);
    await health.report([
      { mailbox: 'sales', direction: 'receive', state: 'active', completeUpTo: 7 },
      { mailbox: 'sales', direction: 'send', state: 'active' },
    ]);
    const at = expect.any(Number) as number;
    expect(await health.list()).toEqual([
      { mailbox: 'sales', direction: 'receive', state: 'active', completeUpTo: 7, at },
      { mailbox: 'sales', direction: 'send', state: 'active', at },
      { mailbox: 'support', direction: 'receive', state: 'active', completeUpTo: 5, at },
    ]);
  });

  it('is kept of mailboxes that are there, many at once, and goes with them', async () => {
    await using place = await backend.makePlace();
    const { health, mailboxes } = await place.open();
    const ids = Array.from({ length: 250 }, (_, index) => `m${index}`);
    for (const id of ids) await mailboxes.put({ id, address: `${id}@contoso.com` });
    await health.report([...ids, 'nobody'].map((mailbox) => ({ mailbox, direction: 'receive', state: 'active' })));
    expect((await health.list()).length).toBe(250);
    await mailboxes.remove('m7');
    expect((await health.list()).length).toBe(249);
  });
});
