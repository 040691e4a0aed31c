import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import { parseText } from '../config/yaml-text.ts';

/** One mailbox as it is to stand in the file. Secrets are references there. */
export type WrittenMailbox = Readonly<Record<string, unknown>> & { readonly id: string };

export interface WithMailboxes {
  readonly text: string;
  /** How many there were: where the new ones begin. */
  readonly before: number;
}

/**
 * The text of a configuration with more mailboxes at the end of its list; everything else stays as it is written, comments too. `undefined` where
 * the text cannot be read, or its list of mailboxes is something else.
 */
export function withMailboxes(text: string, mailboxes: readonly WrittenMailbox[]): WithMailboxes | undefined {
  const document = parseDocument(text, { stringKeys: true, merge: true, logLevel: 'error' });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const list = listOf(document);
  if (!list) return undefined;
  const before = list.items.length;
  for (const mailbox of mailboxes) {
    const node = document.createNode(mailbox);
    if (isMap(node)) node.flow = true; // one in a line, as they are written by hand
    list.add(node);
  }
  const more = document.toString({ lineWidth: 0 });
  return 'value' in parseText(more) ? { text: more, before } : undefined;
}

/** A file may have none yet: `mailboxes:` and `mailboxes: []` are where somebody has begun. */
function listOf(document: Document.Parsed) {
  const found = document.get('mailboxes', true);
  if (isSeq(found)) {
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  if (document.get('mailboxes') !== null && document.get('mailboxes') !== undefined) return undefined;
  const made = document.createNode([]);
  if (!isSeq(made)) return undefined;
  document.set('mailboxes', made);
  return made;
}
