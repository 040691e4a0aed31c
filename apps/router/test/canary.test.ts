import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCanaries, findCanariesIn } from '@signalbox/conformance';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';
import { keptSource } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { openImportWorld } from './import-world.ts';
import { EXIT } from './io.ts';

const MAIL = { subject: 'canary-of-a-subject 7f3a', body: 'canary-of-a-body Dear Ada', sender: 'canary-of-a-sender@example.org' } as const;
const SENT = { subject: 'canary-that-is-sent 91bc', body: 'canary-of-a-sent-body Dear Bob', recipient: 'canary-of-a-recipient@example.org' } as const;

describe('what a router keeps and logs', () => {
  it('tells no secret, and nothing of a mail, while it runs and afterwards: store, write-ahead log and logs of every command', { timeout: 60_000 }, async () => {
    await using world = await openImportWorld();
    const { tenant, folder } = world;
    const token = await world.refreshTokenOf('sales@contoso.test');
    const { password } = tenant.directory.user('support@contoso.test')!;
    const passwordCanary = `${password} canary`;
    tenant.directory.updateUser('support@contoso.test', { password: passwordCanary });
    await writeFile(join(folder, 'old.ndjson'), [{ address: 'sales@contoso.test', flow: 'o365-on-behalf-of', refreshToken: token }, { address: 'support@contoso.test', flow: 'basic', password: passwordCanary }].map((each) => JSON.stringify(each)).join('\n'));
    const [printed, logged]: [string[], string[]] = [[], []];
    const data = join(folder, 'data');
    const run = async (...argv: readonly string[]): Promise<void> => {
      const { stdout, stderr, code } = await world.run([...argv, '--verbose']);
      printed.push(stdout);
      logged.push(stderr);
      expect([argv, code]).toEqual([argv, EXIT.ok]);
    };
    await run('import', 'old.ndjson', '--secrets', 'secrets');
    await run('apply');
    const stop = new AbortController();
    const running = world.run(['run', '--json', '--verbose', '--', process.execPath, '-e', 'process.exit(1)'], { signal: stop.signal });
    const raw = `From: Ada <${MAIL.sender}>\r\nTo: sales@contoso.test\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nSubject: ${MAIL.subject}\r\nMessage-ID: <one@example.org>\r\n\r\n${MAIL.body}\r\n`;
    for (const address of ['sales@contoso.test', 'support@contoso.test']) {
      // The position is taken first: what comes before it is not new.
      await expect.poll(async () => (await world.run(['status', '--offline', '--json'])).stdout, { timeout: 10_000 }).toMatch(new RegExp(`"${address.split('@')[0]}"[^}]*"active"`));
      tenant.store.mailbox(address)!.append('inbox', { source: keptSource(Buffer.from(raw)) });
    }
    await run('send', 'sales', '--to', SENT.recipient, '--subject', SENT.subject, '--text', SENT.body);
    await expect.poll(async () => (await world.run(['deliveries', 'list', '--json'])).stdout.split(MAIL.subject).length, { timeout: 15_000 }).toBe(3);
    await expect.poll(() => tenant.mailFlow.submitted.length, { timeout: 15_000 }).toBeGreaterThan(0);
    const key = (await readFile(`${join(data, 'store')}.key`, 'utf8')).trim();
    const credentials = [token, passwordCanary, key];
    const contents = [...Object.values(MAIL), ...Object.values(SENT)];
    expect(await findCanariesIn(join(data, 'store'), [...credentials, ...contents])).toEqual([]); // with the write-ahead log beside it
    stop.abort();
    const { stdout, stderr } = await running;
    await run('auth', 'status');
    await run('status', '--offline');
    printed.push(stdout);
    logged.push(stderr);
    expect(logged.join('\n')).toContain('"event":'); // there are logs
    expect(findCanaries(Buffer.from(printed.join('\n')), credentials)).toEqual([]);
    expect(findCanaries(Buffer.from(logged.join('\n')), [...credentials, MAIL.body, SENT.body])).toEqual([]);
    expect(await findCanariesIn(join(data, 'store'), [...credentials, ...contents])).toEqual([]);

    // The same search finds one that lies there.
    await using store = await openStore({ directory: join(data, 'store'), clock: systemClock });
    await store.audit.write({ who: 'ada', what: 'planted', subject: token });
    expect((await findCanariesIn(join(data, 'store'), [token])).length).toBeGreaterThan(0);
    expect(findCanaries(Buffer.from(`${logged.join('\n')}${token}`), [token])).toHaveLength(1);
  });
});
