import type { Socket } from 'node:net';
import { StoreRefusal } from '../store/refusal.ts';
import type { Command } from './commands/command.ts';
import { COMMANDS } from './commands/index.ts';
import { upgrade } from './commands/sign-in.ts';
import { ImapRefusal } from './refusal.ts';
import { type ImapGround, Session } from './session.ts';
import { ByteReader, ConnectionEnded } from './wire/byte-reader.ts';
import { type RawCommand, readCommand, UnreadableCommand } from './wire/command-reader.ts';
import { ImapSyntaxError, Parser } from './wire/parser.ts';
import { Writer } from './wire/writer.ts';
import { GREETING, WORDS } from './words.ts';

/** FACTS.md C5: what Exchange Server documents. */
const MAX_COMMAND = 10_240;
const MAX_LITERAL = 157_286_400;
const IDLE_MS = { 'signed-in': 30 * 60_000, 'not-signed-in': 60_000 } as const;

/** One connection, from the greeting to its end. */
export class ImapConnection {
  readonly session: Session;
  #active = 0;

  constructor(ground: ImapGround, socket: Socket, isSecure: boolean) {
    this.session = new Session(ground, { socket, isSecure, reader: new ByteReader(socket), writer: new Writer(socket) });
  }

  async serve(): Promise<void> {
    const { session } = this;
    const watching = this.#endWhenIdle();
    try {
      await session.hang();
      await session.untagged(`OK ${GREETING[session.context.behaviour.imapProfile]()}`);
      await session.writer.flush();
      while (session.bye === undefined) await this.#next();
      if (session.bye !== '') await session.untagged(session.bye);
      await session.writer.flush();
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) session.context.log.log('error', 'imap.failed', { message: error instanceof Error ? error.message : String(error) });
    } finally {
      session.unselect();
      session.socket.end();
      session.ended.abort();
      await watching;
    }
  }

  /** Says BYE whatever the client is doing, and hangs up. */
  sayBye(text: string): void {
    this.session.socket.end(`* BYE ${text}\r\n`);
  }

  async #next(): Promise<void> {
    const { session } = this;
    const { reader, writer } = session;
    try {
      const continuation = async (): Promise<void> => {
        await session.hang();
        await writer.write('+ Ready for additional command text.\r\n');
        await writer.flush();
      };
      const command = await readCommand(reader, { maxCommand: MAX_COMMAND, maxLiteral: MAX_LITERAL, continue: continuation });
      this.#active = session.context.clock.now().getTime();
      await session.hang();
      await this.#handle(command);
    } catch (error) {
      if (!(error instanceof UnreadableCommand)) throw error;
      await writer.write(`${error.tag} ${error.reason === 'too-long' ? WORDS.tooLong : 'NO [TOOBIG] The message is too large.'}\r\n`);
    }
    await writer.flush();
  }

  async #handle(raw: RawCommand): Promise<void> {
    const { session } = this;
    const parser = new Parser(raw);
    const [tag, name] = readHead(parser);
    const command = name === undefined ? undefined : COMMANDS.get(name);
    const answer = command && name !== undefined ? await this.#answer(name, command, parser, raw) : WORDS.unknownCommand;
    if (session.selection?.isVoid) session.bye = WORDS.closed;
    else for (const line of session.selection?.news({ expunges: command?.expunges !== false }) ?? []) await session.writer.write(`${line}\r\n`);
    await session.writer.write(`${tag} ${answer}\r\n`);
    if (name !== 'STARTTLS' || !answer.startsWith('OK')) return;
    await session.writer.flush();
    await upgrade(session);
  }

  async #answer(name: string, command: Command, parser: Parser, raw: RawCommand): Promise<string> {
    const { session } = this;
    const fault = this.#fault(raw.text.replace(/^\S+ /, ''), name);
    if (fault !== undefined) return fault;
    if (await this.#hasTokenEnded()) {
      session.bye = '';
      return `BAD ${WORDS.expired}`;
    }
    if (!isAllowed(session, command)) return WORDS.wrongState;
    try {
      return await command.run(session, parser);
    } catch (error) {
      return refusalOf(error);
    }
  }

  #fault(text: string, name: string): string | undefined {
    const { context, place, signedIn } = this.session;
    const refused = context.faults.take('imap.refuse', place, ({ commands }) => new RegExp(commands, 'i').test(text));
    if (refused) return refused.answer;
    if (!signedIn || name === 'LOGOUT') return undefined;
    const throttled = context.faults.take('imap.throttled', place);
    return throttled && `BAD Request is throttled. Suggested Backoff Time: ${throttled.backoffMs} milliseconds`;
  }

  /** Exchange looks at the token again while the session goes on (FACTS.md C4). */
  async #hasTokenEnded(): Promise<boolean> {
    const { signedIn, context } = this.session;
    if (signedIn?.token === undefined) return false;
    return (await context.tokens.verify(signedIn.token, 'exchange')).problem !== undefined;
  }

  async #endWhenIdle(): Promise<void> {
    const { session } = this;
    const { clock } = session.context;
    this.#active = clock.now().getTime();
    while (!session.ended.signal.aborted) {
      const limit = IDLE_MS[session.signedIn ? 'signed-in' : 'not-signed-in'];
      const left = this.#active + limit - clock.now().getTime();
      if (left <= 0) return this.sayBye('Connection is closed. 13');
      await clock.sleep(Math.min(left, IDLE_MS['not-signed-in']), session.ended.signal).catch(() => {});
    }
  }
}

/** Tag and command; nothing for what is no command. */
function readHead(parser: Parser): readonly [tag: string, name: string | undefined] {
  const tag = /^[!#$&',-[\]^-z|}~]+/.exec(parser.rest)?.[0];
  if (tag === undefined) return ['*', undefined];
  parser.expect(tag);
  if (!parser.skip(' ')) return [tag, undefined];
  const name = /^(?:UID )?[A-Z0-9]+/i.exec(parser.rest)?.[0];
  if (name !== undefined) parser.expect(name);
  return [tag, name?.toUpperCase()];
}

function isAllowed({ signedIn, selection }: Session, { in: state }: Command): boolean {
  if (state === 'any') return true;
  if (state === 'not-signed-in') return !signedIn;
  return signedIn !== undefined && (state === 'signed-in' || selection !== undefined || !signedIn.mailbox);
}

function refusalOf(error: unknown): string {
  if (error instanceof ImapRefusal) return error.answer;
  if (error instanceof ImapSyntaxError) return WORDS.badArgument;
  if (!(error instanceof StoreRefusal)) throw error;
  return error.reason === 'mailbox-full' ? WORDS.full : `NO ${error.message}`;
}
