import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A dialogue or a list of replies of FACTS.md C, each with its source in the file. */
export interface SaslVector {
  readonly id: string;
  readonly dialogue?: readonly string[];
  readonly replies?: readonly { readonly text: string }[];
  readonly user?: string;
  readonly accessToken?: string;
  readonly base64?: string;
}

const FOLDER = join(import.meta.dirname, 'vectors/sasl');

export const SASL_VECTORS: readonly SaslVector[] = readdirSync(FOLDER)
  .toSorted()
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as SaslVector);

/** Response codes of IMAP; whatever else stands in brackets names a server, and differs from one to the next. */
const HOST = /\[(?!READ-WRITE|PERMANENTFLAGS|UNSEEN|UIDVALIDITY|UIDNEXT)[^\]]*\]/;
const PLACEHOLDER = new RegExp(String.raw`${HOST.source}|\{guid\}|…|\.\.\.$|(?<=UIDVALIDITY |UIDNEXT )\d+`, 'g');

/** Matches a whole line, with what the vector leaves open: a server's name, a number, an ellipsis. */
export function lineLike(text: string): RegExp {
  const open = [...text.matchAll(PLACEHOLDER)];
  const fixed = text.split(PLACEHOLDER).map((part) => RegExp.escape(part));
  return new RegExp(`^${fixed.map((part, index) => `${part}${patternOf(open[index]?.[0])}`).join('')} ?$`, 's');
}

function patternOf(placeholder: string | undefined): string {
  if (placeholder === undefined) return '';
  if (placeholder.startsWith('[')) return String.raw`\[[^\]]+\]`;
  if (placeholder === '{guid}') return String.raw`\{[\da-f-]{36}\}`;
  return /^\d+$/.test(placeholder) ? String.raw`\d+` : '.*';
}
