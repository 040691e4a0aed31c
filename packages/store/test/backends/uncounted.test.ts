import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';
import { delivery } from '../ledger-world.ts';

describe.each(backends)('a delivery that a consumer could not take, whatever it was, on $name', (backend) => {
  it('is handed over again as often as any other, and dies of its own refusals alone', async () => {
    await using place = await backend.makePlace();
    const { deliveries, leases, ledger, mailboxes } = await place.open();
    await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    const holding = await leases.acquire('sales', 'receive', 'one');
    await ledger.record({ holding: holding!, deliveries: [delivery('d1')] });
    const claim = async (): Promise<{ readonly receipt: string; readonly attempts: number }> => {
      const [claimed] = await deliveries.claim({ limit: 1, perMailbox: 1, visibilityMs: 60_000, maxAttempts: 2 });
      return { receipt: claimed?.receipt ?? '', attempts: claimed?.attempts ?? 0 };
    };
    for (let round = 0; round < 5; round += 1) {
      const { receipt, attempts } = await claim();
      expect(attempts).toBe(1);
      expect(await deliveries.nack('d1', receipt, { delayMs: 0, maxAttempts: 2, uncounted: true })).toBe('open');
    }
    expect(await deliveries.nack('d1', (await claim()).receipt, { delayMs: 0, maxAttempts: 2 })).toBe('open');
    expect(await deliveries.nack('d1', (await claim()).receipt, { delayMs: 0, maxAttempts: 2 })).toBe('dead');
  });
});
