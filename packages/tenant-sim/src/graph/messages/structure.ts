import type { Message } from '../../store/message.ts';
import { Recent } from '../../store/recent.ts';
import type { MessageSource } from '../../store/source.ts';
import { headerFacts } from '../../mime/facts.ts';
import { hasAttachments } from './content.ts';

/** Small facts of a message that filters ask all messages of a large mailbox for, again and again. */
export interface StructureReader {
  /** Read without decoding anything. */
  hasAttachments(message: Message): boolean;
  internetMessageId(message: Message): string | undefined;
}

/** More than the largest mailbox that is meant: one that is walked through from its beginning would find nothing remembered. */
const REMEMBERED = 150_000;

export function createStructureReader(): StructureReader {
  const attached = new Recent<MessageSource, boolean>(REMEMBERED, (source) => hasAttachments(source.read()));
  const ids = new Recent<MessageSource, { readonly internetMessageId?: string }>(REMEMBERED, (source) => {
    const { internetMessageId } = headerFacts(source.head?.() ?? source.read());
    return { ...(internetMessageId !== undefined && { internetMessageId }) };
  });
  return { hasAttachments: ({ source }) => attached.get(source), internetMessageId: ({ source }) => ids.get(source).internetMessageId };
}
