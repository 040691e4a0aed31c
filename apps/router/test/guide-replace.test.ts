import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keptSource } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { type ImportWorld, openImportWorld } from './import-world.ts';
import { EXIT, type Outcome } from './io.ts';
import { startOldAdapter } from './old-adapter.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/replace-the-old-adapter.md'), 'utf8');
const csv = /```csv\n(.*?)```/s.exec(guide)?.[1] ?? '';
const script = /<!-- rehearsed: on-mail\.sh -->\s+```sh\n(.*?)```/s.exec(guide)?.[1] ?? '';
const steps = [...guide.matchAll(/<!-- rehearsed -->\s+```sh\n(.*?)```/gs)].map(([, lines = '']) => lines.trim().split('\n'));
/** The instants of the guide. */
const [SINCE, STOPPED] = ['2026-12-01T07:45:00.000Z', '2026-12-01T08:00:00.000Z'] as const;
const MAILBOXES = ['sales', 'support', 'scan'] as const;
/** What takes the mail in the end: each delivery under its id, as often as it comes. */
const TAKE_MAIL = '#!/bin/sh\ncat > /dev/null\nprintf "%s\\t%s\\n" "$SIGNALBOX_DELIVERY" "$SIGNALBOX_SUBJECT" >> taken.txt\n';

interface Traffic {
  /** By subject, its Message-ID. */
  readonly sent: ReadonlyMap<string, string | undefined>;
  stop(): Promise<void>;
}

/** Mail that never ceases: most of it as usual, some without a Message-ID, some by robots that use one twice within a moment. */
function startTraffic({ tenant }: ImportWorld): Traffic {
  const sent = new Map<string, string | undefined>();
  const ending = new AbortController();
  const send = (mailbox: string, id: string | undefined): void => {
    const subject = `mail ${sent.size}`;
    sent.set(subject, id);
    const raw = `From: Ada <ada@example.org>\r\nTo: ${mailbox}@contoso.test\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nSubject: ${subject}\r\n${id === undefined ? '' : `Message-ID: <${id}>\r\n`}\r\nHi\r\n`;
    tenant.store.mailbox(`${mailbox}@contoso.test`)!.append('inbox', { source: keptSource(Buffer.from(raw)) });
  };
  const running = (async () => {
    for (let round = 0; !ending.signal.aborted; round += 1) {
      const mailbox = MAILBOXES[round % MAILBOXES.length] ?? 'sales';
      const id = round % 11 === 5 ? undefined : `${round}@example.org`;
      send(mailbox, id);
      if (round % 13 === 7) send(mailbox, id);
      await sleep(40);
    }
  })();
  return {
    sent,
    async stop() {
      ending.abort();
      await running;
    },
  };
}

/** The lines of the guide, with the instants of this day. */
async function follow(world: ImportWorld, line: string, instants: Readonly<Record<string, string>>): Promise<Outcome> {
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  expect(argv.shift()).toBe('signalbox');
  return await world.run(argv.map((word) => instants[word] ?? word));
}

const linesOf = async (world: ImportWorld, name: string): Promise<readonly string[]> => (await readFile(join(world.folder, name), 'utf8').catch(() => '')).split('\n').filter(Boolean);

describe('the guide to replacing another adapter', () => {
  it('shows a file for the import, a program, and four groups of commands', () => {
    expect([csv.split('\n').length, script.startsWith('#!/bin/sh'), steps.map((lines) => lines.length)]).toEqual([5, true, [1, 5, 1, 3]]);
    expect(guide.split(SINCE)).toHaveLength(2);
    expect(script.split(STOPPED)).toHaveLength(2);
  });

  it('loses nothing, and what comes twice is known as it says', { timeout: 60_000 }, async () => {
    await using world = await openImportWorld();
    const { tenant, folder } = world;
    tenant.directory.addUser({ userPrincipalName: 'scan@contoso.test', password: 'scan-password' });
    const [rehearsal = [], change = [], [run = ''] = [], checks = []] = steps;
    const tokens = { sales: await world.refreshTokenOf('sales@contoso.test'), support: await world.refreshTokenOf('support@contoso.test') };
    await writeFile(join(folder, 'mailboxes.csv'), csv.replace('REFRESH_TOKEN_OF_SALES', tokens.sales).replace('REFRESH_TOKEN_OF_SUPPORT', tokens.support));
    await writeFile(join(folder, 'scan.password'), 'scan-password');
    const source = { host: 'localhost', port: tenant.doors.imap!.port, ca: tenant.certificates.ca };
    const withPassword = (address: string) => ({ ...source, auth: { user: address, pass: tenant.directory.user(address)!.password } });
    const old = await startOldAdapter(MAILBOXES.map((id) => withPassword(`${id}@contoso.test`)), join(folder, 'handed-over.txt'));
    const traffic = startTraffic(world);
    await expect.poll(() => old.handedOver.length, { timeout: 10_000 }).toBeGreaterThan(30);
    const overlapBegan = new Date();
    await sleep(2_000); // IMAP tells when mail arrived in whole seconds

    for (const line of rehearsal) expect((await follow(world, line, {})).code).toBe(EXIT.ok);
    await old.stop();
    const stopped = new Date();
    expect(old.dropped.length).toBeGreaterThan(0);
    await writeFile(join(folder, 'on-mail.sh'), script.replace(STOPPED, stopped.toISOString()));
    await writeFile(join(folder, 'take-mail.sh'), TAKE_MAIL);
    for (const name of ['on-mail.sh', 'take-mail.sh']) await chmod(join(folder, name), 0o700);

    let counted = '';
    for (const line of change) {
      const outcome = await follow(world, line, { [SINCE]: overlapBegan.toISOString() });
      expect([line, outcome.code, outcome.stderr]).toEqual([line, EXIT.ok, '']);
      counted = outcome.stdout;
    }
    expect(counted).toMatch(/sales +INBOX +since 20[^ ]+ +\d+/i);

    const stop = new AbortController();
    const running = world.run(run.split(' ').slice(1), { signal: stop.signal });
    await sleep(3_000);
    await traffic.stop();
    const taken = async (): Promise<readonly string[]> => [...new Map((await linesOf(world, 'taken.txt')).map((line) => line.split('\t') as [string, string]))].map(([, subject]) => subject);
    const missing = async (): Promise<readonly string[]> => {
      const known = new Set([...old.handedOver, ...(await taken())]);
      return [...traffic.sent.keys()].filter((subject) => !known.has(subject));
    };
    await expect.poll(missing, { timeout: 20_000, interval: 200 }).toEqual([]);
    await expect.poll(async () => (await world.run(['deliveries', 'list', '--json'])).stdout, { timeout: 10_000 }).toContain('"deliveries":[]');
    for (const line of checks) expect([line, (await follow(world, line, {})).code]).toEqual([line, EXIT.ok]);
    stop.abort();
    expect((await running).code).toBe(EXIT.ok);

    expect((await taken()).filter((subject) => old.dropped.includes(subject)).length).toBe(old.dropped.length); // what the old adapter lost
    const before = new Set(old.handedOver);
    const twice = (await taken()).filter((subject) => before.has(subject));
    const uses = Map.groupBy(traffic.sent.values(), (id) => id);
    const ofItsOwn = (subject: string): boolean => traffic.sent.get(subject) !== undefined && uses.get(traffic.sent.get(subject))?.length === 1;
    expect(twice.filter(ofItsOwn)).toEqual([]);
    const known = (await linesOf(world, 'came-twice.txt')).map((line) => line.split(' ')[1]);
    expect(known.length).toBeGreaterThan(0);
    expect(known.every((id) => old.handedOver.some((subject) => traffic.sent.get(subject) === id))).toBe(true);
  });
});
