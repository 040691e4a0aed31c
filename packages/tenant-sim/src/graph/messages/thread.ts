import { createHash } from 'node:crypto';
import type { HeaderFacts } from '../../mime/facts.ts';

/** Replies name where a conversation began; a message that answers nothing begins one. */
const rootOf = ({ references: [first], inReplyTo, messageId, subject }: HeaderFacts): string => first ?? inReplyTo ?? messageId ?? `subject:${subject ?? ''}`;

/** As long as Exchange's, the same for all messages of a conversation in one mailbox. */
export function conversationId(mailboxId: string, facts: HeaderFacts): string {
  const bytes = Buffer.concat([Buffer.from([0, 9, 0, 36]), Buffer.from(mailboxId.replaceAll('-', ''), 'hex'), digestOf(rootOf(facts), 22)]);
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The header block of MS-OXOMSG §2.2.1.3: a reserved byte, five of the time, a GUID; what Thread-Index says, if it is there. */
export function conversationIndex(facts: HeaderFacts, startedAt: Date): string {
  const threadIndex = facts.fields.find(({ name }) => name.toLowerCase() === 'thread-index')?.value.trim();
  if (threadIndex !== undefined && threadIndex !== '') return threadIndex;
  const bytes = Buffer.alloc(6);
  bytes[0] = 1;
  bytes.writeUIntBE(Math.floor(startedAt.getTime() / 6_553.6) % 2 ** 40, 1, 5);
  return Buffer.concat([bytes, digestOf(rootOf(facts), 16)]).toString('base64');
}

const digestOf = (text: string, length: number): Buffer => createHash('sha256').update(text).digest().subarray(0, length);
