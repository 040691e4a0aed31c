import { type Content, MailError, type Retry } from '@signalbox/core';
import type { HeldLease } from '../leases/keeper.ts';
import type { SendingContext } from './context.ts';

/** The end of an attempt. It is looked at right before each step to the wire: a process that was frozen meanwhile learns of it there. */
export interface Deadline {
  /** Throws when the attempt is over, or the lease lost. */
  check(): void;
  readonly signal: AbortSignal;
  /** Ends the waiting. */
  clear(): void;
}

/** `began`: before the store was told, so that the end here is never later than the one written there. */
export function startDeadline({ host, settings }: Pick<SendingContext, 'host' | 'settings'>, lease: HeldLease): Deadline {
  const { clock, monotonic } = host;
  const [wall, ticks] = [clock.now().getTime(), monotonic()];
  const over = new AbortController();
  const done = new AbortController();
  const timeOut = (retry: Retry): MailError => new MailError('timeout', 'The time of the attempt is over.', { affects: 'item', retry });
  clock.sleep(settings.attemptMs, done.signal).then(
    () => over.abort(timeOut('unknown-outcome')), // wherever that strikes, it may be too late
    () => {}, // cleared
  );
  return {
    signal: AbortSignal.any([over.signal, lease.signal]),
    check() {
      lease.check();
      // Two clocks: one that nobody sets may stand still while the machine sleeps, the other may be set.
      if (monotonic() - ticks >= settings.attemptMs || clock.now().getTime() - wall >= settings.attemptMs) throw timeOut('safe');
    },
    clear: () => done.abort(),
  };
}

/** Content that cannot be read to its end once the attempt is over: without its end nothing is sent (RFC 5321 §4.1.1.4). */
export function checkedContent(content: Content, { check }: Pick<Deadline, 'check'>): Content {
  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of content.open()) {
      check();
      yield chunk;
    }
    check();
  }
  return { ...(content.size !== undefined && { size: content.size }), open: checked };
}

/** A transport that reads it may take a failure for one of its own connection. */
export function tellingFailures(content: Content, onFailure: (error: unknown) => void): Content {
  async function* told(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* content.open();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  }
  return { ...(content.size !== undefined && { size: content.size }), open: told };
}

/** The field in front of the message: for servers that read the recipients from the header and take it out, and for the copy of the sender. */
export function withBcc(content: Content, bcc: readonly string[]): Content {
  if (bcc.length === 0) return content;
  const field = Buffer.from(`Bcc: ${bcc.join(',\r\n ')}\r\n`);
  async function* prefixed(): AsyncGenerator<Uint8Array, void, undefined> {
    yield field;
    yield* content.open();
  }
  return { ...(content.size !== undefined && { size: content.size + field.byteLength }), open: prefixed };
}
