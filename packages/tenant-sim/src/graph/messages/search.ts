import type { Message } from '../../store/message.ts';
import { unreadableQuery } from '../http/graph-error.ts';
import { sentAt } from './properties.ts';
import { type Lens, MessageView } from './view.ts';

/** Documented: no more, and by the time of sending (FACTS.md E2). */
const MOST_RESULTS = 250;

type Field = 'any' | 'subject' | 'from' | 'to' | 'cc' | 'bcc' | 'participants' | 'recipients' | 'body' | 'attachment' | 'hasattachment' | 'importance';
const FIELDS = new Set<string>(['subject', 'from', 'to', 'cc', 'bcc', 'participants', 'recipients', 'body', 'attachment', 'hasattachment', 'importance']);

interface Term {
  readonly field: Field;
  readonly text: string;
  readonly negated: boolean;
}

/** `$search="…"`: words that all have to be there, `field:word`, phrases in (escaped) quotes, OR between, NOT before. */
export async function found(lens: Lens, messages: readonly Message[], search: string): Promise<readonly Message[]> {
  const alternatives = parseSearch(search);
  const needsBodies = alternatives.some((terms) => terms.some(({ field }) => field === 'any' || field === 'body' || field === 'attachment'));
  const results: MessageView[] = [];
  for (const message of messages) {
    const view = new MessageView(lens, message);
    if (needsBodies) await view.load();
    if (alternatives.some((terms) => terms.every((term) => holds(view, term) !== term.negated))) results.push(view);
  }
  return results
    .sort((a, b) => sentAt(b).getTime() - sentAt(a).getTime())
    .slice(0, MOST_RESULTS)
    .map(({ message }) => message);
}

export function parseSearch(search: string): readonly (readonly Term[])[] {
  const quoted = /^"(.*)"$/s.exec(search.trim());
  const text = (quoted?.[1] ?? search).replaceAll(String.raw`\"`, '"');
  if (text.trim() === '') throw unreadableQuery(`Syntax error: character '${search}' is not valid at position 0 in '${search}'.`);
  const alternatives: Term[][] = [[]];
  let negated = false;
  for (const [, name, phrase, word = ''] of text.matchAll(/(?:(\w+):)?(?:"([^"]*)"|([^\s"]+))/g)) {
    if (name === undefined && phrase === undefined && word === 'OR') alternatives.push([]);
    else if (name === undefined && phrase === undefined && word === 'NOT') negated = true;
    else if (word !== 'AND') {
      const isField = name !== undefined && FIELDS.has(name.toLowerCase());
      const wanted = phrase ?? word;
      alternatives.at(-1)?.push({ field: isField ? (name.toLowerCase() as Field) : 'any', text: (isField || name === undefined ? wanted : `${name}:${wanted}`).toLowerCase(), negated });
      negated = false;
    }
  }
  return alternatives;
}

function holds(view: MessageView, { field, text }: Term): boolean {
  if (field === 'hasattachment') return view.lens.graph.structure.hasAttachments(view.message) === (text === 'true');
  if (field === 'importance') return view.message.importance === text;
  return textsOf(view, field).some((one) => one.toLowerCase().includes(text));
}

function textsOf(view: MessageView, field: Field): readonly string[] {
  const { headers } = view;
  const addresses = { from: headers.from ? [headers.from] : [], to: headers.to, cc: headers.cc, bcc: headers.bcc };
  const named = (...lists: (keyof typeof addresses)[]): readonly string[] => lists.flatMap((list) => addresses[list].flatMap(({ name = '', address }) => [name, address]));
  switch (field) {
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
      return named(field);
    case 'recipients':
      return named('to', 'cc', 'bcc');
    case 'participants':
      return named('from', 'to', 'cc', 'bcc');
    case 'subject':
      return [headers.subject ?? ''];
    case 'body':
      return bodyTexts(view);
    case 'attachment':
      return view.body.attachments.map(({ name = '' }) => name);
    default:
      // Without a field: from, subject and body (Graph's documentation of $search).
      return [headers.subject ?? '', ...named('from'), ...bodyTexts(view)];
  }
}

const bodyTexts = ({ body: { text = '', html = '' } }: MessageView): readonly string[] => [text, html];
