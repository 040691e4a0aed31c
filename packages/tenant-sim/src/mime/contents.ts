import { headerValue } from './headers.ts';
import { parseStructured } from './parameters.ts';
import { type MimePart, parseTree } from './tree.ts';

/** An attached part, octet for octet; libraries that read mail make text of what is not in base64, and change its line ends. */
export interface AttachedContent {
  /** Lower case. */
  readonly contentType: string;
  readonly content: Buffer;
}

/** Leaves of the structure that are no text of the message itself, in their order. */
export function attachedContents(raw: Buffer): readonly AttachedContent[] {
  return leavesOf(parseTree(raw)).flatMap((part) => (isText(part) ? [] : [{ contentType: `${part.type}/${part.subtype}`, content: decoded(raw, part) }]));
}

const leavesOf = (part: MimePart): readonly MimePart[] => (part.children.length > 0 ? part.children.flatMap((child) => leavesOf(child)) : [part]);

const valueOf = ({ fields }: MimePart, name: string): string => parseStructured(headerValue(fields, name) ?? '').value.toLowerCase();

const isText = (part: MimePart): boolean => part.type === 'text' && (part.subtype === 'plain' || part.subtype === 'html') && valueOf(part, 'content-disposition') !== 'attachment';

/** RFC 2045 §6.7, §6.8; anything else is what it is. */
function decoded(raw: Buffer, part: MimePart): Buffer {
  const content = raw.subarray(part.body, part.end);
  switch (valueOf(part, 'content-transfer-encoding')) {
    case 'base64':
      return Buffer.from(content.toString('latin1'), 'base64');
    case 'quoted-printable':
      return Buffer.from(unquoted(content.toString('latin1')), 'latin1');
    default:
      return Buffer.from(content);
  }
}

const unquoted = (text: string): string =>
  text
    .replaceAll(/[\t ]+(?=\r?\n|$)/g, '')
    .replaceAll(/=(?:\r?\n|$)/g, '')
    .replaceAll(/=([\da-f]{2})/gi, (_match, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
