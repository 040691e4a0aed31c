import { unreadableQuery } from '../http/graph-error.ts';

export type SearchField = 'any' | 'subject' | 'from' | 'to' | 'cc' | 'bcc' | 'participants' | 'recipients' | 'body' | 'attachment' | 'hasattachment' | 'importance';
const FIELDS = new Set<string>(['subject', 'from', 'to', 'cc', 'bcc', 'participants', 'recipients', 'body', 'attachment', 'hasattachment', 'importance']);

export interface SearchTerm {
  readonly field: SearchField;
  readonly text: string;
  readonly negated: boolean;
}

/** The alternatives of `$search="…"`: words that all have to be there, `field:word`, phrases in (escaped) quotes, OR between, NOT before. */
export function parseSearch(search: string): readonly (readonly SearchTerm[])[] {
  const quoted = /^"(.*)"$/s.exec(search.trim());
  const text = (quoted?.[1] ?? search).replaceAll(String.raw`\"`, '"');
  if (text.trim() === '') throw unreadableQuery(`Syntax error: character '${search}' is not valid at position 0 in '${search}'.`);
  const alternatives: SearchTerm[][] = [[]];
  let negated = false;
  for (const [, name, phrase, word = ''] of text.matchAll(/(?:(\w+):)?(?:"([^"]*)"|([^\s"]+))/g)) {
    if (name === undefined && phrase === undefined && word === 'OR') alternatives.push([]);
    else if (name === undefined && phrase === undefined && word === 'NOT') negated = true;
    else if (word !== 'AND') {
      const isField = name !== undefined && FIELDS.has(name.toLowerCase());
      const wanted = phrase ?? word;
      alternatives.at(-1)?.push({ field: isField ? (name.toLowerCase() as SearchField) : 'any', text: (isField || name === undefined ? wanted : `${name}:${wanted}`).toLowerCase(), negated });
      negated = false;
    }
  }
  return alternatives;
}
