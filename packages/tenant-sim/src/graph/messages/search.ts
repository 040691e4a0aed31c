import { setImmediate } from 'node:timers/promises';
import type { Message } from '../../store/message.ts';
import { mayHold } from './search-filter.ts';
import { parseSearch, type SearchField, type SearchTerm } from './search-terms.ts';
import { type Lens, MessageView } from './view.ts';

/** Documented: no more, and by the time of sending (FACTS.md E2). */
const MOST_RESULTS = 250;

/** Others get their turn after so many messages. */
const AT_A_TIME = 2_000;

/** What matches, the last sent first. */
export async function found(lens: Lens, messages: readonly Message[], search: string): Promise<readonly Message[]> {
  const alternatives = parseSearch(search);
  const needsBodies = alternatives.some((terms) => terms.some(({ field }) => field === 'any' || field === 'body' || field === 'attachment'));
  const matches = async (message: Message): Promise<boolean> => {
    const possible = alternatives.filter((terms) => mayHold(message.source, terms));
    if (possible.length === 0) return false;
    const view = new MessageView(lens, message);
    if (needsBodies) await view.load();
    return possible.some((terms) => terms.every((term) => holds(view, term) !== term.negated));
  };
  const results: Message[] = [];
  for (const [index, message] of bySendingTime(lens, messages).entries()) {
    if (index % AT_A_TIME === AT_A_TIME - 1) await setImmediate();
    if (await matches(message)) results.push(message);
    if (results.length === MOST_RESULTS) break;
  }
  return results;
}

function bySendingTime({ graph: { facts } }: Lens, messages: readonly Message[]): readonly Message[] {
  return messages
    .map((message) => ({ message, at: facts.sentAt(message)?.getTime() ?? message.createdAt }))
    .sort((a, b) => b.at - a.at)
    .map(({ message }) => message);
}

function holds(view: MessageView, { field, text }: SearchTerm): boolean {
  if (field === 'hasattachment') return view.lens.graph.structure.hasAttachments(view.message) === (text === 'true');
  if (field === 'importance') return view.message.importance === text;
  return textsOf(view, field).some((one) => one.toLowerCase().includes(text));
}

function textsOf(view: MessageView, field: SearchField): readonly string[] {
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
