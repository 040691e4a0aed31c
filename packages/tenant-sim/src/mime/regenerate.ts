import { createHash } from 'node:crypto';
import libmime from 'libmime';
import type { HeaderField } from './headers.ts';
import { parseTree } from './tree.ts';

export type MimeDoor = 'imap' | 'graph';

/** The order in which IMAP shows what it knows; the rest follows as it stands. */
const ORDER = ['received', 'from', 'to', 'cc', 'bcc', 'subject', 'thread-topic', 'thread-index', 'date', 'message-id', 'references', 'in-reply-to'];
/** What is signed or encrypted must keep its bytes (RFC 1847 §2.1). */
const SEALED = new Set(['signed', 'encrypted']);
const CRLF = '\r\n';

/**
 * The text of a message as a door of Exchange makes it anew: same meaning, other bytes. Fields come in another order and fold elsewhere,
 * fields of Exchange's own are added, the outermost boundary is another, and each door does it in its own way. Contents are not touched.
 */
export function regenerate(raw: Buffer, door: MimeDoor): Buffer {
  const root = parseTree(raw);
  const digest = createHash('sha256').update(raw.subarray(0, root.body)).update(door).digest('hex');
  const boundary = root.children.length > 0 && !SEALED.has(root.subtype) ? `_00${door === 'imap' ? 0 : 4}_${digest.slice(0, 32)}_` : undefined;
  const header = [...sorted(root.fields, door).map((field) => written(field, boundary)), ...ownFields(root.children.length > 1, door), ''].join(CRLF);
  const pieces: Buffer[] = [Buffer.from(`${header}${CRLF}`, 'latin1')];
  if (boundary === undefined) pieces.push(raw.subarray(root.body));
  else {
    for (const { start, end } of root.children) pieces.push(Buffer.from(`--${boundary}${CRLF}`), raw.subarray(start, end), Buffer.from(CRLF));
    pieces.push(Buffer.from(`--${boundary}--${CRLF}`));
  }
  return Buffer.concat(pieces);
}

function sorted(fields: readonly HeaderField[], door: MimeDoor): readonly HeaderField[] {
  if (door === 'graph') return fields;
  const rank = ({ name }: HeaderField): number => (ORDER.indexOf(name.toLowerCase()) + ORDER.length + 1) % (ORDER.length + 1);
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

function written({ name, value }: HeaderField, boundary: string | undefined): string {
  if (name.toLowerCase() === 'content-type' && boundary !== undefined) {
    const rest = value.replace(/\s*;\s*boundary\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;]+)/i, '');
    return `Content-Type: ${rest};${CRLF}\tboundary="${boundary}"`;
  }
  return libmime.foldLines(`${name}: ${value}`, 76);
}

const ownFields = (hasAttachments: boolean, door: MimeDoor): readonly string[] => [
  'Content-Language: en-US',
  `X-MS-Has-Attach:${hasAttachments ? ' yes' : ''}`,
  'X-MS-TNEF-Correlator:',
  ...(door === 'graph' ? ['X-MS-Exchange-MessageSentRepresentingType: 1'] : []),
];
