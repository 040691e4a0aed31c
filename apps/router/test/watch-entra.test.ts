import { keptSource } from '@signalbox/tenant-sim';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { complaints } from './doctor-world.ts';
import { type EntraWorld, openEntraWorld } from './entra-world.ts';
import { EXIT, type Outcome } from './io.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';
const SHARED = 'shared@contoso.test';
const SCANNER = 'scanner@contoso.test';
const TEAM = 'team@contoso.test';
/** Longer than any access token lives, also one of a client that takes claims challenges (FACTS.md A9). */
const LONGER_THAN_A_TOKEN_MS = 30 * 3_600_000;

let world: EntraWorld;
let restore: () => void;
beforeAll(async () => {
  world = await openEntraWorld();
  await world.signIn(SUPPORT);
  await world.signIn(SALES);
  restore = world.tenant.directory.remember();
});
afterEach(() => {
  restore();
  world.tenant.faults.clear();
});
afterAll(() => world[Symbol.asyncDispose]());

const deliver = (address: string, subject: string): void => void world.tenant.store.mailbox(address)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nSubject: ${subject}\r\n\r\nHi\r\n`)) });

interface Watched {
  readonly subjects: readonly string[];
  readonly outcome: Outcome;
}

/** Watches one mailbox from its beginning, until the mail with this subject has come and a little longer. */
async function watchUntil(mailbox: string, last: string, mailboxes = ''): Promise<Watched> {
  const stop = new AbortController();
  let seen = false;
  const onOutput = (stdout: string): void => {
    if (seen || !stdout.includes(`"${last}"`)) return;
    seen = true;
    setTimeout(() => stop.abort(), 300); // a duplicate would come now
  };
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]);
  const outcome = await world.run(['watch', mailbox, '--since', 'beginning', '--json'], { signal, onOutput, mailboxes });
  return { outcome, subjects: outcome.stdout.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { subject: string }).subject) };
}

/** What was told beside the mail, in its order. */
const besideMail = ({ stderr }: Outcome): readonly string[] => stderr.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { type: string }).type);

/** One mail every few milliseconds, and something in the middle; answers all subjects. */
async function stream(address: string, name: string, inTheMiddle: () => void): Promise<readonly string[]> {
  const subjects = Array.from({ length: 60 }, (_, index) => `${name} ${index}`);
  for (const [index, subject] of subjects.entries()) {
    deliver(address, subject);
    if (index === 30) inTheMiddle();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return subjects;
}

async function watching(address: string): Promise<void> {
  await expect.poll(() => world.tenant.doors.imap!.sessionCount(address)).toBeGreaterThan(0);
}

describe.each([
  ['of somebody who signed in', 'support', SUPPORT],
  ['of the application', 'shared', SHARED],
])('a watch with a token %s', (_whose, mailbox, address) => {
  it.each([
    ['the server withdraws it', () => world.tenant.tokens.revoke({ only: 'access-tokens' }), true],
    ['its time is over', () => world.tenant.clock.jump(LONGER_THAN_A_TOKEN_MS), false],
  ] as const)('goes on without a gap and without a repetition where %s while it idles, with one new token', async (why, end, byFault) => {
    const name = `${mailbox}, ${why}`;
    const before = world.tenant.store.mailbox(address)!.folder('inbox')!.messages.length;
    const watch = watchUntil(mailbox, `${name} 59`);
    await watching(address);
    const asked = world.tokenRequests;
    const subjects = await stream(address, name, () => {
      if (byFault) world.tenant.faults.set('imap.token-expires-in-idle', { mailbox: address }, { times: 1 });
      end();
    });
    const { subjects: shown, outcome } = await watch;
    expect(shown.slice(before)).toEqual(subjects);
    expect([outcome.code, besideMail(outcome)]).toEqual([EXIT.ok, ['watching']]);
    expect(world.tokenRequests - asked).toBe(1);
    expect(world.tenant.faults.list().filter(({ active, struck }) => active || struck !== 1)).toEqual([]);
  });
});

/** A mailbox that somebody else opens than the one whose name it has. */
const team = (address: string): string => `  - { id: team, address: ${address}, flow: o365-on-behalf-of, auth: { entra: { account: ${SALES} } } }\n`;

describe('a shared mailbox', () => {
  it("is opened by its own name with its user's token, for receiving and sending", async () => {
    world.tenant.directory.addUser({ userPrincipalName: TEAM, kind: 'shared', delegates: [{ who: SALES, right: 'full-access' }, { who: SALES, right: 'send-as' }] });
    deliver(TEAM, 'to the team');
    const mailboxes = team(TEAM);
    const found = await world.examine('team', { mailboxes });
    expect([found.ok, complaints(found)]).toEqual([true, []]);
    const { subjects, outcome } = await watchUntil('team', 'to the team', mailboxes);
    expect([subjects.at(-1), besideMail(outcome)]).toEqual(['to the team', ['watching']]);
    const sent = await world.run(['test', 'outgoing', 'team', '--to', 'ada@example.org'], { mailboxes });
    expect([sent.code, world.tenant.mailFlow.submitted.at(-1)]).toMatchObject([EXIT.ok, { mailbox: TEAM, mailFrom: TEAM }]);
  });

  it('is told as a permission that is missing where its user may not open it', async () => {
    const found = await world.examine('team', { mailboxes: team(SCANNER) });
    // SMTP does not tell a mailbox that is somebody else's from a token that is not good (FACTS.md C4).
    expect(complaints(found)).toEqual(['team receive mailbox: access.denied → imap-enabled+full-access-person', expect.stringMatching(/^team send sign-in: auth\.rejected/)]);
  });
});

describe('"authenticated but not connected"', () => {
  it('is no failure for a moment even where the token has to be another one first', async () => {
    world.tenant.tokens.revoke({ only: 'access-tokens' });
    using fault = world.tenant.faults.set('imap.not-connected', { mailbox: SUPPORT }, { times: 1 });
    deliver(SUPPORT, 'after a moment and a token');
    const { subjects, outcome } = await watchUntil('support', 'after a moment and a token');
    expect([subjects.at(-1), outcome.code, besideMail(outcome), fault.struck]).toEqual(['after a moment and a token', EXIT.ok, ['watching'], 1]);
  });

  it('is no failure where it was so for a moment', async () => {
    using fault = world.tenant.faults.set('imap.not-connected', { mailbox: SUPPORT }, { times: 1 });
    deliver(SUPPORT, 'after a moment');
    const { subjects, outcome } = await watchUntil('support', 'after a moment');
    expect([subjects.at(-1), outcome.code, besideMail(outcome), fault.struck]).toEqual(['after a moment', EXIT.ok, ['watching'], 1]);
  });

  it('is told by watch as a permission that is missing, after one more attempt', async () => {
    using fault = world.tenant.faults.set('imap.not-connected', { mailbox: SUPPORT });
    const stop = new AbortController();
    const { stderr } = await world.run(['watch', 'support', '--json'], { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]), onOutput: (_stdout, stderr) => stderr !== '' && stop.abort() });
    expect(JSON.parse(stderr)).toMatchObject({ mailbox: 'support', error: { code: 'access.denied', remedy: { who: 'tenant-admin', action: 'grant-mailbox-access' } } });
    expect(fault.struck).toBe(2);
  });
});
