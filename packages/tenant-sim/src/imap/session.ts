import type { Socket } from 'node:net';
import type { TenantContext } from '../door.ts';
import { waitWhile } from '../faults/wait-while.ts';
import type { SignedIn } from '../sign-in/sign-in.ts';
import type { DoorView } from '../store/door-view.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { ImapRefusal } from './refusal.ts';
import type { RecentMarks, Selection } from './selection.ts';
import type { ByteReader } from './wire/byte-reader.ts';
import type { Writer } from './wire/writer.ts';
import { WORDS } from './words.ts';

/** What the sessions of one door share. */
export interface ImapGround {
  readonly context: TenantContext;
  readonly view: DoorView;
  readonly marks: RecentMarks;
  /** Counts a session of a mailbox; refuses one too many. */
  admit(session: Session, mailbox: Mailbox): boolean;
}

/** What one connection has come to: who signed in, which folder is open. */
export class Session {
  readonly ground: ImapGround;
  readonly reader: ByteReader;
  readonly writer: Writer;
  socket: Socket;
  isSecure: boolean;
  signedIn: SignedIn | undefined;
  selection: Selection | undefined;
  /** ENABLE IMAP4rev2 was asked for. */
  isRev2 = false;
  /** What to say before hanging up; the connection ends after the command. */
  bye: string | undefined;
  readonly ended = new AbortController();
  #unconnected = 0;

  constructor(ground: ImapGround, { socket, reader, writer, isSecure }: Pick<Session, 'socket' | 'reader' | 'writer' | 'isSecure'>) {
    this.ground = ground;
    this.socket = socket;
    this.reader = reader;
    this.writer = writer;
    this.isSecure = isSecure;
  }

  get context(): TenantContext {
    return this.ground.context;
  }

  /** Where faults look: nothing before somebody signed in. */
  get place(): { readonly mailbox?: string } {
    const address = this.signedIn?.mailbox?.address;
    return address === undefined ? {} : { mailbox: address };
  }

  /** The mailbox, or Exchange's way of saying that there is no right to it: twice, then it hangs up (FACTS.md C4). */
  get mailbox(): Mailbox {
    const mailbox = this.signedIn?.mailbox;
    if (mailbox) return mailbox;
    this.#unconnected += 1;
    if (this.#unconnected > 1) this.bye = WORDS.closed;
    throw new ImapRefusal(WORDS.notConnected);
  }

  get selected(): Selection {
    const { mailbox } = this;
    if (this.selection?.mailbox !== mailbox) throw new ImapRefusal(WORDS.wrongState);
    return this.selection;
  }

  unselect(): void {
    this.selection?.close();
    this.selection = undefined;
  }

  untagged(text: string): Promise<void> {
    return this.writer.write(`* ${text}\r\n`);
  }

  /** Waits while the server is made to hang. */
  hang(): Promise<void> {
    return waitWhile(this.context.faults, 'imap.hang', this.place, this.ended.signal);
  }
}
