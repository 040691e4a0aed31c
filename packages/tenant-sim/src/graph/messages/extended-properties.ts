import { reportTypeOf } from '@signalbox/kit';
import { matcher } from '../odata/evaluate.ts';
import { parseFilter } from '../odata/filter.ts';
import type { Expand } from '../odata/options.ts';
import { unreadableQuery } from '../http/graph-error.ts';
import { type HeaderField, headerValue } from '../../mime/headers.ts';
import type { MessageView } from './view.ts';

export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

export type ExtendedPropertyFilter = (property: ExtendedProperty) => boolean;

/** `$expand=singleValueExtendedProperties($filter=id eq '…')`: the filter has to be there (FACTS.md E10). */
export function wantedExtendedProperties({ options }: Expand): ExtendedPropertyFilter {
  const filter = options.get('$filter');
  if (filter === undefined) throw unreadableQuery('The singleValueExtendedProperties have to be expanded with a $filter by id.');
  const matches = matcher<ExtendedProperty>(parseFilter(normalizedTags(filter)), (property, path) => (path.toLowerCase() === 'id' ? normalizedId(property.id) : property.value));
  return ({ id, value }) => matches({ id: normalizedId(id), value });
}

export const extendedPropertiesOf = (view: MessageView, wanted: ExtendedPropertyFilter): readonly ExtendedProperty[] => allExtendedProperties(view).filter((property) => wanted(property));

/** Those that were set, and the MAPI properties behind what everybody sees, by their tags (MS-OXPROPS; FACTS.md E10). */
export function allExtendedProperties({ message, headers }: MessageView): readonly ExtendedProperty[] {
  const { internetMessageId, inReplyTo, references, subject } = headers;
  const known: Readonly<Record<string, string | undefined>> = {
    'String 0x1a': messageClassOf(headers.fields),
    'String 0x37': subject,
    'String 0x1035': internetMessageId,
    'String 0x1042': inReplyTo === undefined ? undefined : `<${inReplyTo}>`,
    'String 0x1039': references.length === 0 ? undefined : references.map((id) => `<${id}>`).join(' '),
  };
  const own = Object.entries(message.properties).map(([id, value]) => ({ id, value }));
  const ids = new Set(own.map(({ id }) => normalizedId(id)));
  return [...own, ...Object.entries(known).flatMap(([id, value]) => (value === undefined || ids.has(normalizedId(id)) ? [] : [{ id, value }]))];
}

/** MS-OXOMSG section 2.2.2.1. What a report of delivery says, a header does not tell: it counts as one of failure here. */
function messageClassOf(fields: readonly HeaderField[]): string {
  const reportType = reportTypeOf(headerValue(fields, 'content-type') ?? '');
  if (reportType === 'delivery-status') return 'REPORT.IPM.Note.NDR';
  return reportType === 'disposition-notification' ? 'REPORT.IPM.Note.IPNRN' : 'IPM.Note';
}

const normalizedTags = (text: string): string => text.replaceAll(/\b0x0+(?=[\da-f])/gi, '0x');

/** The same property may be written `String 0x1035`, `string 0x1035`, `String {guid} Name X`. A tag may have leading zeros. */
export const normalizedId = (id: string): string => normalizedTags(id).trim().toLowerCase().replaceAll(/\s+/g, ' ');
