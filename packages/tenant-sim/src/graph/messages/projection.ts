import { unknownProperty, unreadableQuery } from '../http/graph-error.ts';
import type { Expand } from '../odata/options.ts';
import { type ExtendedPropertyFilter, extendedPropertiesOf, wantedExtendedProperties } from './extended-properties.ts';
import { DEFAULT_PROPERTIES, isSensitive, needsBody, propertyName, readProperty } from './properties.ts';
import { etagOf } from './versions.ts';
import { type Lens, MessageView } from './view.ts';
import type { Message } from '../../store/message.ts';
import { expandedAttachments } from '../attachments/expanded.ts';

/** Which properties of messages an answer has. */
export interface Projection {
  readonly names: readonly string[];
  /** Selected by the client, for `@odata.context`. */
  readonly selected?: readonly string[];
  readonly loads: boolean;
  readonly attachments?: Expand;
  readonly extended?: ExtendedPropertyFilter;
}

export function projectionOf({ basicsOnly }: Pick<Lens, 'basicsOnly'>, select: readonly string[] | undefined, expand: readonly Expand[]): Projection {
  const selected = select && !select.includes('*') ? select.map((name) => selectable(name)) : undefined;
  const names = (selected ?? DEFAULT_PROPERTIES).filter((name) => name !== 'id' && !(basicsOnly && isSensitive(name)));
  const attachments = expand.find(({ name }) => name.toLowerCase() === 'attachments');
  const extended = expand.find(({ name }) => name.toLowerCase() === 'singlevalueextendedproperties');
  const unknown = expand.find((one) => one !== attachments && one !== extended);
  if (unknown) throw unreadableQuery(`The property '${unknown.name}' cannot be expanded.`);
  return {
    names,
    loads: names.some((name) => needsBody(name)) || (attachments !== undefined && !basicsOnly),
    ...(selected && { selected }),
    ...(attachments && !basicsOnly && { attachments }),
    ...(extended && !basicsOnly && { extended: wantedExtendedProperties(extended) }),
  };
}

function selectable(name: string): string {
  const known = name.toLowerCase() === 'id' ? 'id' : propertyName(name);
  if (known === undefined) throw unknownProperty(name, 'message');
  return known;
}

export type ShownMessage = Readonly<Record<string, unknown>>;

/** Messages as JSON. Bodies are read only when something of them is shown. */
export async function showMessages(lens: Lens, messages: readonly Message[], projection: Projection): Promise<readonly ShownMessage[]> {
  const views = messages.map((message) => new MessageView(lens, message));
  if (projection.loads) await Promise.all(views.map((view) => view.load()));
  return views.map((view) => shown(view, projection));
}

export async function showMessage(lens: Lens, message: Message, projection: Projection): Promise<ShownMessage> {
  const [shownMessage] = await showMessages(lens, [message], projection);
  return shownMessage ?? {};
}

function shown(view: MessageView, { names, attachments, extended }: Projection): ShownMessage {
  const json: Record<string, unknown> = { '@odata.etag': etagOf(view.lens.mailbox, view.message.sequence), id: view.id };
  for (const name of names) json[name] = readProperty(view, name);
  if (attachments) json['attachments'] = expandedAttachments(view, attachments);
  if (extended) {
    const properties = extendedPropertiesOf(view, extended);
    // Absent when none of those asked for is set, as Graph does.
    if (properties.length > 0) json['singleValueExtendedProperties'] = properties;
  }
  return json;
}
