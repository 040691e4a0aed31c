import { isMap, isSeq, parseDocument } from 'yaml';
import { parseText } from '../config/yaml-text.ts';

/**
 * The text of a configuration without one of its mailboxes; everything else stays as it is written, comments too. `undefined` where it has no such
 * mailbox, or where something else in it is written with the help of that one (YAML anchors).
 */
export function withoutMailbox(text: string, id: string): string | undefined {
  const document = parseDocument(text, { stringKeys: true, merge: true, logLevel: 'error' });
  const mailboxes = document.get('mailboxes');
  if (!isSeq(mailboxes)) return undefined;
  const index = mailboxes.items.findIndex((item) => isMap(item) && item.get('id') === id);
  if (index === -1) return undefined;
  mailboxes.delete(index);
  try {
    const without = document.toString({ lineWidth: 0 });
    return 'value' in parseText(without) ? without : undefined;
  } catch {
    return undefined; // an alias that has lost its anchor
  }
}
