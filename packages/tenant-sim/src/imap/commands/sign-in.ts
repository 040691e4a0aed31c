import { once } from 'node:events';
import { TLSSocket } from 'node:tls';
import { signIn, type SignInProof } from '../../sign-in/sign-in.ts';
import { ImapRefusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { ConnectionEnded } from '../wire/byte-reader.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';

const LONGEST_RESPONSE = 65_536;

export const startTls: Command = {
  in: 'not-signed-in',
  async run(session, parser) {
    parser.end();
    if (session.isSecure) throw new ImapRefusal(WORDS.wrongState);
    // The answer comes before the handshake, so the connection does the rest once it is out.
    return 'OK Begin TLS negotiation now.';
  },
};

/** The handshake after STARTTLS. What the client sent in plain text behind the command is thrown away (RFC 9051 §6.2.1). */
export async function upgrade(session: Session): Promise<void> {
  const { key, certificate } = session.context.certificates;
  const plain = session.reader.detach();
  const secure = new TLSSocket(plain, { isServer: true, key, cert: certificate });
  secure.on('error', () => secure.destroy());
  session.reader.switchTo(secure);
  session.writer.switchTo(secure);
  session.socket = secure;
  await once(secure, 'secure', { signal: session.ended.signal }).catch(() => {
    throw new ConnectionEnded('The client left during the handshake.');
  });
  session.isSecure = true;
}

export const login: Command = {
  in: 'not-signed-in',
  async run(session, parser) {
    parser.space();
    const username = utf8(parser.astring());
    parser.space();
    const password = utf8(parser.astring());
    parser.end();
    if (!session.isSecure || session.context.behaviour.imapProfile === '2026-09') throw new ImapRefusal('NO LOGIN failed.');
    return enter(session, { kind: 'password', username, password }, 'LOGIN');
  },
};

export const authenticate: Command = {
  in: 'not-signed-in',
  async run(session, parser) {
    parser.space();
    const mechanism = parser.atom().toUpperCase();
    const initial = parser.skip(' ') ? parser.rest : undefined;
    if (!session.isSecure) throw new ImapRefusal('NO AUTHENTICATE failed.');
    const proof = await MECHANISMS[mechanism]?.(session, initial);
    if (!proof) throw new ImapRefusal('NO AUTHENTICATE failed.');
    if (proof.kind === 'password' && session.context.behaviour.imapProfile === '2026-09') throw new ImapRefusal('NO AUTHENTICATE failed.');
    return enter(session, proof, 'AUTHENTICATE');
  },
};

type Mechanism = (session: Session, initial: string | undefined) => Promise<SignInProof | undefined>;

const MECHANISMS: Readonly<Record<string, Mechanism | undefined>> = {
  // No challenge with an error in it: that is Google's way (FACTS.md C2).
  async XOAUTH2(session, initial) {
    const [user = '', auth = ''] = (await response(session, initial, '')).split('\u0001');
    const username = /^user=(.*)$/is.exec(user)?.[1];
    const token = /^auth=Bearer (.*)$/is.exec(auth)?.[1];
    return username === undefined || token === undefined ? undefined : { kind: 'token', username, token };
  },
  async PLAIN(session, initial) {
    const [, username, password] = (await response(session, initial, '')).split('\0');
    return username === undefined || password === undefined ? undefined : { kind: 'password', username, password };
  },
  async LOGIN(session, initial) {
    const username = await response(session, initial, 'VXNlcm5hbWU6');
    return { kind: 'password', username, password: await response(session, undefined, 'UGFzc3dvcmQ6') };
  },
};

/** What the client had sent along, or answers to a challenge. `*` gives up (RFC 9051 §6.2.2). */
async function response(session: Session, initial: string | undefined, challenge: string): Promise<string> {
  let text = initial;
  if (text === undefined) {
    await session.writer.write(`+ ${challenge}\r\n`);
    await session.writer.flush();
    text = (await session.reader.line(LONGEST_RESPONSE))?.toString('latin1').trimEnd() ?? '*';
  }
  if (text === '*') throw new ImapRefusal('BAD AUTHENTICATE cancelled.');
  return text === '=' ? '' : Buffer.from(text, 'base64').toString('utf8');
}

async function enter(session: Session, proof: SignInProof, word: 'LOGIN' | 'AUTHENTICATE'): Promise<string> {
  const { signedIn, refusal } = await signIn(session.context, 'imap', proof);
  if (refusal) throw new ImapRefusal(`NO ${word} failed.`);
  const { mailbox, ...who } = signedIn;
  if (mailbox && !session.ground.admit(session, mailbox)) {
    session.bye = WORDS.closed;
    throw new ImapRefusal(WORDS.unavailable);
  }
  const isConnected = mailbox && !session.context.faults.take('imap.not-connected', { mailbox: mailbox.address });
  session.signedIn = { ...who, ...(isConnected && { mailbox }) };
  return `OK ${word} completed.`;
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
