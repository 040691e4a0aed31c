import { type ByteSource, type CallOptions, type FailedItem, isMailError, type MailError, type MessageRef, PartialFailureError, type RawMessage } from '@signalbox/core';
import { type GraphRequest, segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';

const rawOf = ({ key }: MessageRef, options?: CallOptions): GraphRequest => ({ method: 'GET', path: `/messages/${segment(key)}/$value`, headers: { accept: '*/*' }, signal: options?.signal });

export async function fetchRaw(session: Session, ref: MessageRef, options?: CallOptions): Promise<ByteSource> {
  enter(session, options);
  return session.client.open(rawOf(ref, options));
}

/**
 * So many are on their way, or read already, while the consumer works on one. More than there are places: where answers come in another order than
 * they were asked for, those that are done wait for the first, and the places they leave must not stay empty.
 */
const AHEAD = 6;

type Read = { readonly ref: MessageRef } & ({ readonly source: ByteSource | undefined } | { readonly error: MailError });

/**
 * Small messages are read ahead; a large one only when its turn has come, so that this iteration holds at most one place while the
 * consumer works, and the consumer can call whatever it likes meanwhile.
 */
export async function* fetchRawEach(session: Session, refs: readonly MessageRef[], options?: CallOptions): AsyncGenerator<RawMessage, void, undefined> {
  enter(session, options);
  const over = new AbortController();
  const signal = options?.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  const reading: Promise<Read>[] = [];
  const failed: FailedItem<MessageRef>[] = [];
  let next = 0;
  const readOn = (): void => {
    for (let ref = refs[next]; ref && reading.length < AHEAD; ref = refs[next]) {
      const read = readSmall(session, ref, signal);
      read.catch(() => {}); // told when its turn comes; should nobody ask any more, nobody is told
      reading.push(read);
      next += 1;
    }
  };
  try {
    readOn();
    for (let head = reading.shift(); head; head = reading.shift()) {
      readOn();
      const read = await head;
      const source = 'error' in read ? read : await large(session, read, options);
      if ('error' in source) failed.push({ item: read.ref, error: source.error });
      else yield* handOut(read.ref, source);
      enter(session, options);
    }
  } finally {
    over.abort();
  }
  if (failed.length > 0) throw new PartialFailureError(`${failed.length} of ${refs.length} messages are gone.`, [], failed);
}

async function* handOut(ref: MessageRef, source: ByteSource): AsyncGenerator<RawMessage, void, undefined> {
  try {
    yield { ref, source };
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

const readSmall = async (session: Session, ref: MessageRef, signal: AbortSignal): Promise<Read> => orGone(async () => ({ ref, source: await session.client.openSmall(rawOf(ref, { signal })) }), ref);

const large = async (session: Session, read: Extract<Read, { readonly source: unknown }>, options?: CallOptions): Promise<ByteSource | { readonly error: MailError }> =>
  read.source ?? orGone(() => session.client.open(rawOf(read.ref, options)), read.ref);

async function orGone<T>(read: () => Promise<T>, ref: MessageRef): Promise<T | { readonly ref: MessageRef; readonly error: MailError }> {
  try {
    return await read();
  } catch (error) {
    if (!isMailError(error) || error.code !== 'message.not-found') throw error;
    return { ref, error };
  }
}
