import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { MemoryReport, MemoryTask } from './memory-process.ts';
import { ADDRESS, setting } from './setting.ts';

const MB = 1_024 * 1_024;

/** In a process of its own, started as the service is. */
async function measure(task: MemoryTask): Promise<MemoryReport> {
  const child = fork(new URL('memory-process.ts', import.meta.url), { execArgv: ['--conditions=@signalbox/source', '--max-semi-space-size=4'] });
  const ended = once(child, 'exit');
  child.send(task);
  const [report] = (await Promise.race([once(child, 'message'), ended])) as [MemoryReport];
  await ended;
  return report;
}

it('sends and fetches an attachment of 100 MB with less than 64 MB of memory', { timeout: 180_000 }, () =>
  setting(
    async ({ tenant }) => {
      const [app] = tenant.directory.apps();
      const { token } = await tenant.tokens.issue({ app: app!, resource: 'graph' });
      const task = { baseUrl: tenant.doors.graph!.baseUrl, ca: tenant.certificates.ca, token, address: ADDRESS, octets: 100 * MB };
      const sent = await measure({ ...task, job: 'send' });
      const attachment = await measure({ ...task, job: 'fetch-attachment' });
      const raw = await measure({ ...task, job: 'fetch-raw' });
      expect(attachment.fetched).toBe(100 * MB);
      expect(raw.fetched).toBeGreaterThan(133 * MB); // base64
      for (const { extra } of [sent, attachment, raw]) expect(extra / MB).toBeLessThan(64);
    },
    {
      tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: 150 * MB, graphUploadBytes: 300 * MB } },
      users: [{ userPrincipalName: ADDRESS }],
      apps: [{ roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] }],
    },
  ),
);
