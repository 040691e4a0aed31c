/** A message as Graph's listings show it, as far as it is compared. */
export interface ShownMessage {
  readonly internetMessageId?: string;
  readonly subject?: string;
  readonly from?: { readonly emailAddress: { readonly address: string } };
  readonly sentDateTime?: string;
  readonly receivedDateTime?: string;
  readonly isRead?: boolean;
  readonly flag?: { readonly flagStatus: string };
  readonly singleValueExtendedProperties?: readonly { readonly id: string; readonly value: string }[];
}

/** The least that somebody does who asks for references: a list of ids. */
export const referencesIn = (message: ShownMessage): readonly string[] => idsIn(propertyOf(message, '1039'));

/** What `essence` has of a summary, from the wire: Graph shows no size. */
export const essenceOf = (message: ShownMessage): unknown => [
  message.internetMessageId?.replace(/^<|>$/gu, ''),
  message.subject,
  message.from && [message.from.emailAddress.address],
  iso(message.sentDateTime),
  iso(message.receivedDateTime),
  [...(message.flag?.flagStatus === 'flagged' ? ['$flagged'] : []), ...(message.isRead === true ? ['$seen'] : [])],
  undefined,
  idsIn(propertyOf(message, '1042'))[0] ?? null,
  referencesIn(message),
];

/** Graph writes a property's tag as it likes. */
const propertyOf = ({ singleValueExtendedProperties = [] }: ShownMessage, tag: string): string | undefined =>
  singleValueExtendedProperties.find(({ id }) => id.endsWith(tag))?.value;

const idsIn = (value: string | undefined): readonly string[] => value?.match(/(?<=<)[^<>]+(?=>)/gu) ?? [];

const iso = (date: string | undefined): string | undefined => (date === undefined ? undefined : new Date(date).toISOString());
