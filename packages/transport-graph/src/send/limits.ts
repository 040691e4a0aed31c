import { type Content, isMailError, MailError, type Remedy } from '@signalbox/core';

/** The same content, which fails to be read as soon as it is larger than the mailbox may send: nothing has left then. */
export function contentUpTo(content: Content, maxBytes: number | undefined): Content {
  if (maxBytes === undefined) return content;
  const { size } = content;
  if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes);
  return { ...(size !== undefined && { size }), open: () => counted(content, maxBytes) };
}

async function* counted(content: Content, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = maxBytes;
  for await (const chunk of content.open()) {
    left -= chunk.byteLength;
    if (left < 0) throw tooLarge(maxBytes);
    yield chunk;
  }
}

const tooLarge = (maxBytes: number): MailError => new MailError('message.too-large', `The message is larger than this mailbox may send: its limit is ${maxBytes} octets.`, { remedy: raiseLimit });

const raiseLimit: Remedy = {
  who: 'tenant-admin',
  action: 'fix-config',
  text: 'Raise MaxSendSize of the mailbox (Set-Mailbox -MaxSendSize, 150 MB at most), or send a link instead of the file.',
};

/** Exchange says that a message is too large, and not what the limit is: its name and what it usually is are known (FACTS.md C6). */
export function namingTheLimit(error: unknown): unknown {
  if (!isMailError(error) || error.code !== 'message.too-large' || error.remedy) return error;
  return new MailError('message.too-large', 'The message is larger than this mailbox may send: its MaxSendSize is 35 MB unless an administrator has changed it.', {
    remedy: raiseLimit,
    cause: error,
    ...(error.detail && { detail: error.detail }),
  });
}
