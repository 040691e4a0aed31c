import type { SMTPServerAddress, SMTPServerAuthentication, SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import type { TenantContext } from '../door.ts';
import type { FaultOptions } from '../faults/catalogue.ts';
import { waitWhile } from '../faults/wait-while.ts';
import { SubmissionRefusal } from '../mail-flow/refusal.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { signIn, type SignedIn } from '../sign-in/sign-in.ts';
import { HOST, Reply, signInReply, THROTTLED, TOO_MANY_RECIPIENTS, UNKNOWN_RECIPIENT, WRONG_MAILBOX } from './replies.ts';

type Step = FaultOptions<'smtp.refuse'>['step'];
type Sender = SignedIn & { readonly mailbox: Mailbox };

/** What happens at each step of a submission. A step that is refused rejects with a Reply. */
export interface SmtpSessions {
  connect(): Promise<void>;
  authenticate(auth: SMTPServerAuthentication, session: SMTPServerSession): Promise<void>;
  mailFrom(address: SMTPServerAddress, session: SMTPServerSession): Promise<void>;
  rcptTo(address: SMTPServerAddress, session: SMTPServerSession): Promise<void>;
  /** Resolves to the text of the answer; rejects with `cut` after it has cut the connection. */
  data(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string>;
  close(session: SMTPServerSession): void;
}

export function createSmtpSessions(context: TenantContext, cut: (session: SMTPServerSession) => void): SmtpSessions {
  const { directory, faults, mailFlow } = context;
  const senders = new Map<string, Sender>();
  const gone = new WeakSet<SMTPServerSession>();

  const senderOf = (session: SMTPServerSession): Sender => {
    const sender = senders.get(session.id);
    if (!sender) throw new Error('smtp-server let a command through before AUTH.');
    return sender;
  };
  const pass = async (step: Step, mailbox?: string, argument = ''): Promise<void> => {
    await waitWhile(faults, 'smtp.hang');
    const refusal = faults.take('smtp.refuse', mailbox === undefined ? {} : { mailbox }, (options) => options.step === step && (options.argument ?? argument) === argument);
    if (refusal) throw Reply.parse(refusal.reply);
  };
  const connectionsOf = (mailbox: Mailbox): number => [...senders.values()].filter((sender) => sender.mailbox === mailbox).length;

  return {
    connect: () => pass('connection'),
    async authenticate({ method, username, password, accessToken = '' }, session) {
      await pass('login', username ?? '');
      const name = username ?? '';
      const proof = method === 'XOAUTH2' ? ({ kind: 'token', username: name, token: accessToken } as const) : ({ kind: 'password', username: name, password: password ?? '' } as const);
      const { signedIn, refusal } = await signIn(context, 'smtp', proof);
      if (refusal) throw signInReply(refusal);
      const { mailbox } = signedIn;
      if (!mailbox) throw Reply.parse(WRONG_MAILBOX);
      // The client may have left while it was signed in: nobody would count it out again.
      if (!gone.has(session)) senders.set(session.id, { ...signedIn, mailbox });
    },
    async mailFrom({ address }, session) {
      const { mailbox } = senderOf(session);
      await pass('sender', mailbox.address, address);
      const isThrottled = faults.take('smtp.throttled', { mailbox: mailbox.address }) !== undefined;
      if (isThrottled || connectionsOf(mailbox) > directory.tenant.limits.smtpConnections) throw Reply.parse(THROTTLED);
    },
    async rcptTo({ address }, session) {
      await pass('recipient', senderOf(session).mailbox.address, address);
      if (session.envelope.rcptTo.length >= directory.tenant.limits.recipientsPerMessage) throw Reply.parse(TOO_MANY_RECIPIENTS);
      if (mailFlow.isUnknown(address)) throw Reply.parse(UNKNOWN_RECIPIENT);
    },
    async data(stream, session) {
      const { mailbox, user, app } = senderOf(session);
      const place = { mailbox: mailbox.address };
      const inData = faults.take('smtp.cut-in-data', place);
      const raw = await contentOf(stream, directory.tenant.limits.messageBytes, inData && { after: inData.after, cut: () => cut(session) });
      await pass('content', mailbox.address);
      const lost = faults.take('smtp.cut-after-data', place);
      if (lost && !lost.accepted) throw cutOff(() => cut(session));
      const { mailFrom, rcptTo } = session.envelope;
      mailFlow.submit({
        mailbox,
        sender: { ...(user && { user }), ...(app && { app }) },
        mailFrom: mailFrom === false ? '' : mailFrom.address,
        rcptTo: rcptTo.map(({ address }) => address),
        raw,
        via: 'smtp',
      });
      if (lost) throw cutOff(() => cut(session));
      return `2.0.0 OK <${session.id}@${HOST}> [Hostname=${HOST}]`;
    },
    close(session) {
      gone.add(session);
      senders.delete(session.id);
    },
  };
}

const cutOff = (cut: () => void): Error => {
  cut();
  return new Error('The connection was cut.');
};

/** The content, which is read to its end also when it is too large: the answer comes after it. */
async function contentOf(stream: SMTPServerDataStream, limit: number, cutting?: { readonly after: number; readonly cut: () => void }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (cutting && size >= cutting.after) throw cutOff(cutting.cut);
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new SubmissionRefusal('too-large', 'The message exceeds the maximum supported size.');
  return Buffer.concat(chunks);
}
