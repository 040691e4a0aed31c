import type { CallOptions } from './call-options.ts';
import type { Content } from './content.ts';
import type { EmailAddress, InternetMessageId } from './identity.ts';
import type { ProtocolDetail } from './mail-error.ts';

/** Submits messages. Two steps where the server can, so that a retry repeats the second on the same message. */
export interface Send {
  readonly traits: SendTraits;
  /** Everything but the sending: nothing has left when it returns. Absent where the server has no such step. */
  stage?(submission: Submission, options?: CallOptions): Promise<Staged>;
  /**
   * At most once per handle. A return means every recipient was accepted; otherwise it throws: `recipient.refused`,
   * `message.refused`, `message.too-large`, or `PartialFailureError` when some recipients were accepted.
   * Never retries once content was handed over: throws `delivery.unknown` instead.
   */
  dispatch(what: Staged | Submission, options?: CallOptions): Promise<Receipt>;
  /** What became of an earlier attempt. `not-found` is an observation, not a proof. Absent where there is nowhere to look. */
  outcome?(what: Staged | InternetMessageId, options?: CallOptions): Promise<SendOutcome>;
}

export type SendOutcome = 'sent' | 'staged' | 'not-found' | 'cannot-tell';

export interface SendTraits {
  /** `from-headers`: an envelope that differs from To, Cc and Bcc is refused with `capability.unsupported`, never quietly ignored. */
  readonly envelope: 'explicit' | 'from-headers';
  readonly messageId: 'kept' | 'may-be-replaced';
  /** Whether the server files a copy in Sent: by itself, when `saveSentCopy` asks for it, or never (append one through `mutate`). */
  readonly sentCopy: 'automatic' | 'on-request' | 'none';
  /** The largest message the server takes, in octets; absent when it does not say. */
  readonly maxBytes?: number;
  /**
   * Content of at most so many octets is sent as it stands. Larger content is told the server part by part and put together anew there: same meaning,
   * other octets; what would not survive that, such as a signature, is refused with `capability.unsupported`. Absent: everything is sent as it stands.
   */
  readonly keptUpTo?: number;
}

/** JSON-safe; survives a crash. */
export interface Staged {
  readonly handle: string;
  readonly messageId: InternetMessageId;
}

export interface Submission {
  readonly envelope: Envelope;
  /** An RFC 5322 message that already has Message-ID and Date. */
  readonly content: Content;
  /** Only where `traits.sentCopy` is `on-request`; default true. */
  readonly saveSentCopy?: boolean;
}

/** RFC 5321 §2.3.1: who it is sent from and to, never what the headers say. */
export interface Envelope {
  readonly mailFrom: EmailAddress;
  readonly rcptTo: readonly [EmailAddress, ...EmailAddress[]];
}

export interface Receipt {
  /** The final one; absent where it is not known. */
  readonly messageId?: InternetMessageId;
  readonly accepted: readonly EmailAddress[];
  readonly sentCopy: 'saved' | 'not-saved' | 'unknown';
  /** What the server said when it took the message, such as its queue id. For people and logs: never branch on it. */
  readonly detail?: ProtocolDetail;
}
