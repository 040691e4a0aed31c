import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import type { SendingSettings } from '@signalbox/router';
import { startTenant } from '@signalbox/tenant-sim';
import { openSendingWorld, type SendingPlace } from '../sending-world.ts';
import { PLUGINS } from '../tenant-world.ts';
import { startLineProxy } from './line-proxy.ts';
import type { StormField } from './plan.ts';
import { createStrikes, type Strike } from './smtp-strikes.ts';
import type { StormWorld } from './world.ts';

interface LabAccount {
  readonly user: string;
  readonly password: string;
}

/** A Postfix that keeps no copies, and a Dovecot that it delivers to: what tools/server-tests has started. */
export interface PostfixLab {
  /** In TLS. */
  readonly submissionsPort: number;
  readonly imapsPort: number;
  readonly ca: string;
  readonly logFile: string;
  /** With empty mailboxes. */
  readonly senders: readonly LabAccount[];
  readonly recipient: LabAccount;
}

/** Two that send and nothing else, and two whose copies the router itself puts into a Sent that it reads by IMAP. */
const SENDERS = [
  ['anna', 'send'],
  ['bert', 'send'],
  ['cleo', 'flow'],
  ['dora', 'flow'],
] as const;

const FIELD: StormField<Strike> = {
  mailboxes: SENDERS.map(([name]) => name),
  faultsOf: (mailbox) => (mailbox === 'anna' ? ['cut-after-data-taken', 'throttled', 'cut-after-data-not-taken'] : mailbox === 'cleo' ? ['cut-in-data', 'greylisted'] : []),
  killedAt: ['claimed', 'at-wire', 'before-dot', 'accepted', 'filing'],
  frozenAt: ['before-dot', 'filing'],
};

/** The time is that of a tenant with no other door. */
export const openPostfixStorm =
  (lab: PostfixLab) =>
  async (settings: Partial<SendingSettings>, place: SendingPlace): Promise<StormWorld<Strike>> => {
    const resources = new AsyncDisposableStack();
    const tenant = resources.use(await startTenant({ doors: ['control'] }));
    const { certificates, clock, doors } = tenant;
    const strikes = createStrikes();
    const { port } = resources.use(await startLineProxy({ ...certificates, target: lab.submissionsPort, ca: lab.ca, filter: strikes.filter }));
    const config = configOf(lab, port);
    const files = { 'ca.pem': certificates.ca, 'lab.pem': lab.ca };
    const { sending } = resources.use(await openSendingWorld({ clock, plugins: PLUGINS, config, files, settings, place }));
    const { url, secret } = doors.control!;
    return {
      field: FIELD,
      sending,
      clock,
      recipient: lab.recipient.user,
      child: { config, files, control: { url, secret, ca: certificates.ca } },
      begin: (faults) => strikes.add(faults),
      async count() {
        const taken = await takenBy(lab);
        const arrived = await messagesIn(lab, lab.recipient, 'INBOX');
        demandSame(taken, arrived);
        let copies = 0;
        for (const [index, [, key]] of SENDERS.entries()) if (key === 'flow') copies += (await messagesIn(lab, lab.senders[index]!, 'Sent Items')).length;
        return { left: arrived.map((raw) => /^Subject: (.*?)\r$/m.exec(raw)?.[1] ?? ''), copies, drafts: 0, strikes: strikes.met };
      },
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  };

const configOf = ({ imapsPort, senders }: PostfixLab, smtpPort: number): string => `network: { ca: [ca.pem, lab.pem] }
servers:
  imap: { host: localhost, port: ${imapsPort}, tls: implicit }
  smtp: { host: localhost, port: ${smtpPort}, tls: implicit }
mailboxes:
${SENDERS.map(([name, key], index) => `  - { id: ${name}, address: ${senders[index]!.user}, ${key}: basic, password: ${senders[index]!.password} }`).join('\n')}
`;

/** Queue ids of all that Postfix has accepted, once none of it is in the queue any more. */
async function takenBy({ logFile }: PostfixLab): Promise<ReadonlySet<string | undefined>> {
  for (;;) {
    const log = await readFile(logFile, 'utf8');
    const idsIn = (pattern: RegExp) => new Set([...log.matchAll(pattern)].map(([, id]) => id));
    const taken = idsIn(/ postfix\/qmgr\[\d+\]: (\w+): from=<[^>]*>, size=\d+, nrcpt=\d+ \(queue active\)/g);
    if (taken.isSubsetOf(idsIn(/ postfix\/qmgr\[\d+\]: (\w+): removed/g))) return taken;
    await pause(100);
  }
}

async function messagesIn({ imapsPort, ca }: PostfixLab, { user, password }: LabAccount, folder: string): Promise<readonly string[]> {
  const client = new ImapFlow({ host: 'localhost', port: imapsPort, secure: true, tls: { ca }, auth: { user, pass: password }, logger: false });
  await client.connect();
  try {
    const { exists } = await client.mailboxOpen(folder, { readOnly: true });
    const messages = exists === 0 ? [] : await client.fetchAll('1:*', { source: true });
    return messages.map(({ source }) => source?.toString('latin1') ?? '');
  } finally {
    await client.logout();
  }
}

/** What lies in the mailbox is all that was accepted: a mail that got lost behind Postfix would be taken for one that never left. */
function demandSame(taken: ReadonlySet<string | undefined>, arrived: readonly string[]): void {
  const queued = new Set(arrived.map((raw) => /\sby mx\.lab\.test \(Postfix\) with \w+ id (\w+)/.exec(raw)?.[1]));
  const { size } = taken.symmetricDifference(queued);
  if (size > 0 || queued.size !== arrived.length) throw new Error(`Postfix took ${taken.size} mails, of which ${arrived.length} arrived under ${queued.size} queue ids; ${size} are in one place only.`);
}
