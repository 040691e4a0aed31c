import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { BenchMailbox, RouterServer, SideSettings } from '../calls.ts';
import type { OutgoingLetter, RouterSide } from './side.ts';

const ATTRIBUTES = { uid: true, flags: true, envelope: true, internalDate: true, size: true, headers: ['references'] };
const CONNECTIONS = 5;

/**
 * imapflow and nodemailer as somebody would use them who knows them well: everything in memory, nothing is written down, and what comes while the
 * process is away is lost. One connection for each mailbox, IDLE entered at once after each look.
 */
export async function openBareLibraries({ server }: SideSettings): Promise<RouterSide> {
  const watches: Watch[] = [];
  const mailboxOf = (id: string): BenchMailbox => {
    const found = server.mailboxes.find((mailbox) => mailbox.id === id);
    if (!found) throw new Error(`There is no mailbox ${id}.`);
    return found;
  };
  const open = async (ids: readonly string[], onMessage: (messageId: string) => void): Promise<void> => {
    watches.push(...(await Promise.all(ids.map((id) => watch(server, mailboxOf(id), onMessage)))));
  };
  return {
    open: (ids) => open(ids, () => {}),
    serve: open,
    async watched() {},
    submit: (id, letters, onAccepted) => submit(server, mailboxOf(id), letters, onAccepted),
    async [Symbol.asyncDispose]() {
      await Promise.all(watches.map((one) => one.client.logout()));
    },
  };
}

interface Watch {
  readonly client: ImapFlow;
}

/** What the mailbox holds is read once; then what comes. */
async function watch({ host, imapsPort: port, ca }: RouterServer, { address, password }: BenchMailbox, onMessage: (messageId: string) => void): Promise<Watch> {
  const client = new ImapFlow({ host, port, secure: true, tls: { ca }, auth: { user: address, pass: password }, logger: false, disableAutoEnable: true });
  await client.connect();
  await client.mailboxOpen('INBOX');
  let next = 1;
  const look = async (told: (messageId: string) => void): Promise<void> => {
    for await (const { uid, envelope } of client.fetch(`${next}:*`, ATTRIBUTES, { uid: true })) {
      if (uid < next) continue; // `n:*` names the last message too, whatever its number
      next = uid + 1;
      told(envelope?.messageId?.replace(/^<|>$/gu, '') ?? '');
    }
  };
  await look(() => {});
  let busy = false;
  let again = false;
  const onExists = async (): Promise<void> => {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      await look(onMessage);
    }
    busy = false;
    void client.idle();
  };
  client.on('exists', () => void onExists());
  void client.idle();
  return { client };
}

async function submit({ host, submissionsPort: port, ca }: RouterServer, { address, password }: BenchMailbox, letters: readonly OutgoingLetter[], onAccepted: () => void): Promise<void> {
  const transport = createTransport({ pool: true, maxConnections: CONNECTIONS, maxMessages: Infinity, host, port, secure: true, tls: { ca }, auth: { user: address, pass: password } });
  const sent = letters.map((letter) => transport.sendMail({ from: address, ...letter }));
  onAccepted();
  await Promise.all(sent);
  transport.close();
}
