import { describe, expect, it } from 'vitest';
import { isConfigError, loadConfig } from '../src/index.ts';

const load = (sections: string) => loadConfig({ file: '/signalbox.yaml', text: `version: 1\norganization: contoso\n${sections}\nmailboxes:\n  - { id: sales, address: sales@contoso.com, flow: basic }\n`, env: {}, readFile: async () => '' });

describe('lengths of time in a configuration', () => {
  it('are milliseconds from there on, and absent where nothing is said', async () => {
    const { receiving, retention, outgoing } = await load(`outgoing: { giveUpAfter: 3d, absentAfter: 20m, attempt: 90s, atOnce: 8 }
receiving: { audit: 2h, heartbeat: 1m, visibility: 10m, maxAttempts: 5, mostOpen: 100 }
retention: { outbox: 1d, sent: 60d, ledger: 45d, effects: 1d, revisions: 365d, audit: 730d }`);
    expect(outgoing).toEqual({ mode: 'client', giveUpAfterMs: 259_200_000, absentAfterMs: 1_200_000, attemptMs: 90_000, total: 8 });
    expect(receiving).toEqual({ auditMs: 7_200_000, heartbeatMs: 60_000, visibilityMs: 600_000, maxAttempts: 5, mostOpen: 100 });
    expect(retention).toEqual({ outboxMs: 86_400_000, sentMs: 60 * 86_400_000, ledgerMs: 45 * 86_400_000, effectsMs: 86_400_000, revisionsMs: 365 * 86_400_000, auditMs: 730 * 86_400_000 });
    const said = await load('');
    expect([said.receiving, said.retention, said.outgoing]).toEqual([{}, {}, { mode: 'client' }]);
  });

  it.each(['0d', '1', '5', '1.5h', '-1d', 'P30D', '30 d', '7w', '99999999d', ''])('are not written %j', async (text) => {
    const failure: unknown = await load(`retention: { ledger: '${text}' }`).catch((error: unknown) => error);
    expect(isConfigError(failure) && failure.problems).toMatchObject([{ path: 'retention.ledger', line: 3, message: expect.stringContaining('30d, 12h, 15m or 45s') as string, remedy: expect.stringContaining('d, h, m or s') as string }]);
  });
});
