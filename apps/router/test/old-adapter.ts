import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';

export interface OldAdapter {
  /** What it has handed over, by subject, in order. */
  readonly handedOver: readonly string[];
  /** What it has counted as done and never handed over. */
  readonly dropped: readonly string[];
  /** In the middle of the next batch of each mailbox: the rest of it is counted as done already. */
  stop(): Promise<void>;
}

interface Source {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly auth: ImapFlowOptions['auth'];
}

interface Fetched {
  readonly uid: number;
  readonly subject: string;
  readonly messageId: string | undefined;
}

/** What many programs are: it looks for new UIDs, notes the last one, and then hands over. Bare imapflow, and nothing of ours. */
export async function startOldAdapter(sources: readonly Source[], log: string): Promise<OldAdapter> {
  const handedOver: string[] = [];
  const dropped: string[] = [];
  let stopping = false;
  const work = async ({ host, port, ca, auth }: Source): Promise<void> => {
    const client = new ImapFlow({ host, port, secure: true, tls: { ca }, ...(auth && { auth }), logger: false });
    client.on('error', () => {});
    await client.connect();
    let last = 0;
    for (;;) {
      const batch = await fetchAfter(client, last);
      last = batch.at(-1)?.uid ?? last; // too early: this is where it loses mail
      for (const [index, { subject, messageId }] of batch.entries()) {
        if (stopping && index >= batch.length / 2) {
          dropped.push(subject);
          continue;
        }
        if (messageId !== undefined) await appendFile(log, `${messageId}\n`);
        handedOver.push(subject);
      }
      if (stopping && batch.length > 0) break;
      await sleep(600);
    }
    await client.logout();
  };
  const working = Promise.all(sources.map(work));
  return {
    handedOver,
    dropped,
    async stop() {
      stopping = true;
      await working;
    },
  };
}

async function fetchAfter(client: ImapFlow, last: number): Promise<readonly Fetched[]> {
  using _lock = await lockInbox(client);
  const batch: Fetched[] = [];
  for await (const { uid, envelope } of client.fetch(`${last + 1}:*`, { uid: true, envelope: true }, { uid: true })) {
    if (uid <= last) continue; // `*` is the last one, also where nothing is new
    batch.push({ uid, subject: envelope?.subject ?? '', messageId: envelope?.messageId?.replaceAll(/^<|>$/g, '') });
  }
  return batch.toSorted((a, b) => a.uid - b.uid);
}

async function lockInbox(client: ImapFlow): Promise<Disposable> {
  const lock = await client.getMailboxLock('INBOX');
  return { [Symbol.dispose]: () => lock.release() };
}
