import libmime from 'libmime';
import { type BodyFacts, bodyFacts, headerFacts } from '../../mime/facts.ts';
import { type HeaderField, headerText } from '../../mime/headers.ts';
import type { DoorView } from '../../store/door-view.ts';
import type { FactReader } from '../../store/facts.ts';
import { DAY } from '../dates.ts';
import { flagsOf } from '../flags.ts';
import type { Numbered, Selection } from '../selection.ts';
import type { SearchKey } from './keys.ts';

export interface SearchGround {
  readonly selection: Selection;
  readonly view: DoorView;
  readonly facts: FactReader;
}

type Test = (numbered: Numbered) => boolean | Promise<boolean>;

/** A test for one message. Sets are resolved once, against the folder as the session knows it. */
export function compileSearch(ground: SearchGround, key: SearchKey): Test {
  const { selection, view, facts } = ground;
  switch (key.kind) {
    case 'all':
      return () => true;
    case 'flag':
      return ({ entry }) => flagsOf(entry.message).some((flag) => flag === key.flag) === key.isSet;
    case 'recent':
      return (numbered) => selection.isRecent(numbered);
    case 'old':
      return (numbered) => !selection.isRecent(numbered);
    case 'new':
      return (numbered) => selection.isRecent(numbered) && !numbered.entry.message.isRead;
    case 'header':
      return ({ entry }) => facts.headers(entry.message).fields.some((field) => field.name.toLowerCase() === key.field && decoded(field).includes(key.text));
    case 'body':
      return ({ entry }) => bodyHas(facts, entry.message, key.text);
    case 'text':
      return async ({ entry }) => headerHas(facts.headers(entry.message).fields, key.text) || bodyHas(facts, entry.message, key.text);
    case 'size':
      return ({ entry }) => (key.than === 'larger' ? facts.size(entry.message) > key.octets : facts.size(entry.message) < key.octets);
    case 'date':
      return (numbered) => dateMatches(key, key.of === 'arrival' ? view.arrivedAt(selection.mailbox, numbered.entry.message).getTime() : sentDay(facts, numbered));
    case 'uid':
    case 'number': {
      const found = new Set((selection.resolve(key.set, key.kind === 'uid') ?? []).map(({ number }) => number));
      return ({ number }) => found.has(number);
    }
    case 'not': {
      const test = compileSearch(ground, key.key);
      return async (numbered) => !(await test(numbered));
    }
    case 'and':
    case 'or':
      return combined(key.keys.map((inner) => compileSearch(ground, inner)), key.kind);
  }
}

/** The first test that decides saves the others, which may have to read the whole message. */
function combined(tests: readonly Test[], kind: 'and' | 'or'): Test {
  return async (numbered) => {
    for (const test of tests) if ((await test(numbered)) === (kind === 'or')) return kind === 'or';
    return kind === 'and';
  };
}

const decoded = ({ value }: HeaderField): string => libmime.decodeWords(headerText(value)).toLowerCase();

async function bodyHas(facts: FactReader, message: Numbered['entry']['message'], text: string): Promise<boolean> {
  return saysText(await facts.body(message), text);
}

/** Attached messages count, with what their headers say. */
async function saysText({ text: plain = '', html = '', attachments }: BodyFacts, text: string): Promise<boolean> {
  if (plain.toLowerCase().includes(text) || html.toLowerCase().includes(text)) return true;
  for (const { contentType, content } of attachments) {
    if (contentType !== 'message/rfc822') continue;
    if (headerHas(headerFacts(content).fields, text) || (await saysText(await bodyFacts(content), text))) return true;
  }
  return false;
}

const headerHas = (fields: readonly HeaderField[], text: string): boolean => fields.some((field) => `${field.name}: ${decoded(field)}`.toLowerCase().includes(text));

/** The day that the Date field names, in its own time zone: SENTON disregards both time and zone (RFC 9051 §6.4.4). */
function sentDay(facts: FactReader, { entry }: Numbered): number | undefined {
  const { fields, sentAt } = facts.headers(entry.message);
  if (!sentAt) return undefined;
  const [, sign, hours, minutes] = /([+-])(\d\d)(\d\d)/.exec(fields.find(({ name }) => name.toLowerCase() === 'date')?.value ?? '') ?? [];
  const zone = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  return sentAt.getTime() + zone;
}

function dateMatches({ is, day }: Extract<SearchKey, { readonly kind: 'date' }>, instant: number | undefined): boolean {
  if (instant === undefined) return false;
  if (is === 'before') return instant < day;
  return instant >= day && (is === 'since' || instant < day + DAY);
}
