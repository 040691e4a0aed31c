import { isMap, isSeq, parseDocument } from 'yaml';
import { parseText } from '../config/yaml-text.ts';

/** The flow of each direction, by name. An absent one: the mailbox does not have that direction. */
export interface WrittenFlows {
  readonly receive?: string;
  readonly send?: string;
}

/** What a mailbox says about its flows in its own entry; one that says nothing goes by the defaults of the file. */
export interface WrittenFlowFields extends WrittenFlows {
  readonly flow?: string;
}

export interface WithFlows {
  readonly text: string;
  /** What was written before: `withFlowFields` puts it back. */
  readonly before: WrittenFlowFields;
}

const FIELDS = ['flow', 'receive', 'send'] as const;

/** One name where both directions go the same way, as a person would write it. */
export const fieldsOf = ({ receive, send }: WrittenFlows): WrittenFlowFields =>
  receive !== undefined && receive === send ? { flow: receive } : { ...(receive !== undefined && { receive }), ...(send !== undefined && { send }) };

/** `undefined` where the entry names no flow. */
export function flowsIn({ flow, receive = flow, send = flow }: WrittenFlowFields): WrittenFlows | undefined {
  return receive === undefined && send === undefined ? undefined : { ...(receive !== undefined && { receive }), ...(send !== undefined && { send }) };
}

/**
 * The text of a configuration with other flows in the entry of one mailbox; everything else stays as it is written, comments too. `undefined` where
 * it has no such mailbox, or its entry shares text with others (YAML anchors), since they would change with it.
 */
export function withFlowFields(text: string, id: string, change: (before: WrittenFlowFields) => WrittenFlowFields): WithFlows | undefined {
  const document = parseDocument(text, { stringKeys: true, merge: true, logLevel: 'error' });
  const mailboxes = document.get('mailboxes');
  if (!isSeq(mailboxes)) return undefined;
  const entry = mailboxes.items.find((item) => isMap(item) && item.get('id') === id);
  if (!isMap(entry) || entry.anchor !== undefined || entry.has('<<')) return undefined;
  const before = Object.fromEntries(FIELDS.flatMap((field) => (typeof entry.get(field) === 'string' ? [[field, entry.get(field)]] : []))) as WrittenFlowFields;
  const fields = change(before);
  for (const field of FIELDS) {
    if (fields[field] === undefined) entry.delete(field);
    else entry.set(field, fields[field]);
  }
  const after = document.toString({ lineWidth: 0 });
  return 'value' in parseText(after) ? { text: after, before } : undefined;
}
