import { type AppendOptions, type Content, type FolderId, MailError, type MessageRef } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import type { GraphMessage } from '../convert.ts';
import { segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';
import { patchOf, refuseUnknown } from './keywords.ts';

/** Graph takes bodies of 4 MB, and MIME in base64 (FACTS.md E5, E6). */
const LARGEST_BODY = 4 * 1_024 * 1_024;
const LARGEST_MESSAGE = Math.floor(LARGEST_BODY / 4) * 3;

/**
 * From MIME Graph makes drafts, dated now, and nothing else (FACTS.md E5): the trait says so, and what asks for more is refused before
 * anything is stored. Never repeated by itself: without an answer nobody knows whether there is a copy.
 */
export async function appendMessage(session: Session, folder: FolderId, content: Content, options: AppendOptions = {}): Promise<MessageRef> {
  enter(session, options);
  const { signal, keywords = [], receivedAt } = options;
  refuseUnknown(keywords.filter((keyword) => keyword !== '$draft'));
  if (!keywords.includes('$draft')) throw new MailError('capability.unsupported', 'Graph can only append drafts.');
  if (receivedAt) throw new MailError('capability.unsupported', 'Graph dates what is appended itself.');
  const base64 = (await bytesOf(content)).toString('base64');
  signal?.throwIfAborted();
  const made = await session.client.json<GraphMessage>({ method: 'POST', path: `/mailFolders/${segment(folder)}/messages`, body: { bytes: base64, type: 'text/plain' }, names: 'folder', signal });
  const { id } = made;
  if (!id) throw new MailError('protocol.violation', 'The server does not name the message it has stored.', { retry: 'unknown-outcome' });
  await setState(session, made, id, options);
  return { folder: made.parentFolderId ?? folder, key: id };
}

async function bytesOf(content: Content): Promise<Buffer> {
  const tooLarge = (): MailError => new MailError('message.too-large', `Graph takes no more than ${LARGEST_MESSAGE} octets at once.`);
  if ((content.size ?? 0) > LARGEST_MESSAGE) throw tooLarge();
  const bytes = await collectBytes(atMost(content.open(), LARGEST_MESSAGE, tooLarge));
  return bytes;
}

async function* atMost(bytes: AsyncIterable<Uint8Array>, limit: number, tooLarge: () => MailError): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    yield chunk;
  }
}

/** Drafts are made as read. */
async function setState({ client }: Session, { isRead }: GraphMessage, key: string, { keywords = [], signal }: AppendOptions): Promise<void> {
  const wanted = patchOf(keywords, ['$seen', '$flagged'].filter((keyword) => !keywords.includes(keyword)));
  const json = { ...(wanted.isRead !== isRead && { isRead: wanted.isRead }), ...(wanted.flag?.flagStatus === 'flagged' && { flag: wanted.flag }) };
  if (Object.keys(json).length > 0) await client.run({ method: 'PATCH', path: `/messages/${segment(key)}`, body: { json }, prefer: 'return=minimal', signal });
}
