import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';

describe.each(backends)('a paused mailbox on $name', (backend) => {
  it('is given up by whoever holds it, taken by nobody, and taken again once it is resumed', async () => {
    await using place = await backend.makePlace();
    const { leases, mailboxes } = await place.open();
    await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    const held = await leases.acquire('sales', 'receive', 'one');
    expect([await leases.keep(held!), (await leases.keepAll('one')).length]).toEqual([true, 1]);
    await mailboxes.pause('sales');
    expect([await leases.keep(held!), await leases.keepAll('one')]).toEqual([false, []]);
    expect(await leases.acquire('sales', 'send', 'one')).toBeUndefined();
    await mailboxes.resume('sales');
    expect(await leases.acquire('sales', 'send', 'one')).toMatchObject({ mailbox: 'sales', direction: 'send' });
  });
});
