import type { DoorView, MimeText } from '../../store/door-view.ts';
import type { FactReader } from '../../store/facts.ts';
import { formatInternalDate } from '../dates.ts';
import type { Numbered, Selection } from '../selection.ts';
import type { Writer } from '../wire/writer.ts';
import { bodyStructure } from './body-structure.ts';
import { envelope } from './envelope.ts';
import type { FetchItem } from './items.ts';
import { sectionBytes, sectionName } from './section.ts';

export interface FetchSource {
  readonly selection: Selection;
  readonly view: DoorView;
  readonly facts: FactReader;
  readonly writer: Writer;
  /** Called before a literal is written, with its size; may cut the connection in it. */
  beforeLiteral(bytes: Buffer): Promise<void>;
}

/** Writes `* 12 FETCH (…)`, items in the order they were asked for. */
export async function renderFetch(source: FetchSource, numbered: Numbered, items: readonly FetchItem[]): Promise<void> {
  const { writer, view, selection } = source;
  let text: MimeText | undefined;
  const mime = (): MimeText => (text ??= view.mime(selection.mailbox, numbered.entry.message));
  await writer.write(`* ${numbered.number} FETCH (`);
  for (const [index, item] of items.entries()) {
    if (index > 0) await writer.write(' ');
    if (item.kind === 'section') await writeSection(source, item, mime());
    else await writer.write(`${item.kind} ${valueOf(source, item.kind, numbered, mime)}`);
  }
  await writer.write(')\r\n');
}

function valueOf({ selection, view, facts }: FetchSource, kind: Exclude<FetchItem['kind'], 'section'>, numbered: Numbered, mime: () => MimeText): string {
  const { uid, message } = numbered.entry;
  switch (kind) {
    case 'UID':
      return String(uid);
    case 'FLAGS':
      selection.told(numbered);
      return `(${selection.flags(numbered).join(' ')})`;
    case 'INTERNALDATE':
      return `"${formatInternalDate(view.arrivedAt(selection.mailbox, message))}"`;
    // As kept, not as shown: Exchange tells another size than it sends (FACTS.md C5).
    case 'RFC822.SIZE':
      return String(facts.size(message));
    case 'ENVELOPE':
      return envelope(mime().root.fields);
    case 'BODY':
    case 'BODYSTRUCTURE':
      return bodyStructure(mime().raw, mime().root, kind === 'BODYSTRUCTURE');
  }
}

async function writeSection(source: FetchSource, { name, section, partial }: Extract<FetchItem, { readonly kind: 'section' }>, text: MimeText): Promise<void> {
  const { writer } = source;
  const bytes = sectionBytes(text, section);
  const label = name === 'BODY' ? `BODY[${sectionName(section)}]${partial ? `<${partial.offset}>` : ''}` : name;
  await writer.write(`${label} `);
  if (!bytes) return writer.write('NIL');
  const shown = partial ? bytes.subarray(partial.offset, partial.offset + partial.count) : bytes;
  await source.beforeLiteral(shown);
  return writer.literal(shown);
}
