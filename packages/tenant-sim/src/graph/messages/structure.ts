import type { Message } from '../../store/message.ts';
import { Recent } from '../../store/recent.ts';
import type { MessageSource } from '../../store/source.ts';
import { hasAttachments } from './content.ts';

/** What is known of a message's structure without decoding any of it. */
export interface StructureReader {
  hasAttachments(message: Message): boolean;
}

const REMEMBERED = 100_000;

export function createStructureReader(): StructureReader {
  const attached = new Recent<MessageSource, boolean>(REMEMBERED, (source) => hasAttachments(source.read()));
  return { hasAttachments: ({ source }) => attached.get(source) };
}
