import { type ByteSource, type InternetMessageId, MailError } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';
import { headerIn, LONGEST_HEADER } from './kind.ts';

export interface Expected {
  /** Absent: nothing can be said against it. */
  readonly messageId?: InternetMessageId | undefined;
  /** Asked only where the header names another message: another door may show a Message-ID of its own. */
  readonly isIt: () => Promise<boolean>;
}

/**
 * The source, unless it is another message's. A folder that was restored from a backup gives a key to another message, and its text must not be handed
 * over in the place of what was there. Throws `message.not-found`, having ended the source.
 */
export async function ownSource(source: ByteSource, { messageId, isIt }: Expected): Promise<ByteSource> {
  if (messageId === undefined) return source;
  const reading = source.bytes[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let ended = false;
  for (let size = 0; size < LONGEST_HEADER; ) {
    const next = await reading.next();
    if (next.done === true) {
      ended = true;
      break;
    }
    begun.push(next.value);
    size += next.value.byteLength;
    if (headerIn(begun) !== undefined) break;
  }
  const text = headerIn(begun) ?? Buffer.concat(begun).toString('latin1');
  if (!namesAnother(text, messageId) || (await isIt())) return { ...(source.size !== undefined && { size: source.size }), bytes: continued(begun, ended ? undefined : reading), [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
  await source[Symbol.asyncDispose]();
  throw new MailError('message.not-found', 'Another message lies where it was.');
}

/** Only what is clear counts: a header that names a Message-ID, and not this one. Servers read broken ones in their own ways. */
export function namesAnother(header: string, messageId: InternetMessageId): boolean {
  const unfolded = header.replaceAll(/\r?\n[ \t]+/g, ' ');
  const ids = [...unfolded.matchAll(/^message-id[ \t]*:(.*)$/gim)].map(([, value = '']) => value.trim());
  return ids.length > 0 && ids.every((id) => normalizeMessageId(id) !== messageId && !id.includes(messageId));
}

async function* continued(begun: readonly Uint8Array[], rest: AsyncIterator<Uint8Array> | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  yield* begun;
  if (!rest) return;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
