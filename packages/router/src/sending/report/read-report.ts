import type { EmailAddress, InternetMessageId } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { addressesIn } from '../compose/addresses.ts';

/** What a mail server reports of a mail that was sent (RFC 3464). */
export interface DeliveryReport {
  /** The Message-IDs of the mail it may be about, the likeliest first. */
  readonly about: readonly InternetMessageId[];
  readonly recipients: readonly ReportedRecipient[];
}

export interface ReportedRecipient {
  readonly address: EmailAddress;
  /** RFC 3464 §2.3.3. */
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** RFC 3463, such as `5.1.1`. */
  readonly status?: string;
  /** In the words of the server that refused; for people. */
  readonly diagnostic?: string;
}

const ACTIONS: ReadonlySet<string> = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded'] satisfies readonly ReportedRecipient['action'][]);

/** `undefined` for anything that is no such report, malformed ones included. */
export async function readDeliveryReport(raw: Uint8Array): Promise<DeliveryReport | undefined> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' }).catch(() => undefined);
  const status = email && partOf(email, 'message/delivery-status');
  if (!email || status === undefined) return undefined;
  const recipients = groupsOf(status).flatMap(recipientOf);
  return recipients.length === 0 ? undefined : { about: [...new Set(await idsIn(email))], recipients };
}

/** What came back of the mail says its id; else the report itself answers it, or names it in its thread. */
async function idsIn(email: Email): Promise<readonly InternetMessageId[]> {
  const returned = partOf(email, 'message/rfc822') ?? partOf(email, 'text/rfc822-headers');
  const original = returned === undefined ? undefined : normalizeMessageId((await PostalMime.parse(returned)).messageId);
  return [...(original === undefined ? [] : [original]), ...parseMessageIds(email.inReplyTo), ...parseMessageIds(email.references).toReversed()];
}

function partOf({ attachments }: Email, mediaType: string): string | undefined {
  const part = attachments.find(({ mimeType }) => mimeType.toLowerCase() === mediaType || mimeType.toLowerCase() === mediaType.replace('message/', 'message/global-'));
  return part && textOf(part);
}

const textOf = ({ content }: Attachment): string => (typeof content === 'string' ? content : Buffer.from(new Uint8Array(content)).toString('utf8'));

type Group = ReadonlyMap<string, string>;

/** Blocks of fields with an empty line between them: the message first, then a block for each recipient (RFC 3464 §2.1). */
const groupsOf = (text: string): readonly Group[] =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map((block) => new Map(block.replaceAll(/\n[ \t]+/g, ' ').split('\n').flatMap(fieldOf)));

function fieldOf(line: string): readonly (readonly [string, string])[] {
  const colon = line.indexOf(':');
  return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
}

function recipientOf(group: Group): readonly ReportedRecipient[] {
  const address = addressIn(group.get('original-recipient')) ?? addressIn(group.get('final-recipient'));
  const action = group.get('action')?.toLowerCase().match(/^[a-z]+/)?.[0];
  if (address === undefined || action === undefined || !isAction(action)) return [];
  const status = group.get('status')?.match(/[245]\.\d{1,3}\.\d{1,3}/)?.[0];
  const diagnostic = group.get('diagnostic-code')?.replace(/^[^;]*;\s*/, '');
  return [{ address, action, ...(status !== undefined && { status }), ...(diagnostic !== undefined && diagnostic !== '' && { diagnostic }) }];
}

const isAction = (action: string): action is ReportedRecipient['action'] => ACTIONS.has(action);

/** `rfc822; somebody@example.com` (RFC 3464 §2.3.1, §2.3.2). */
function addressIn(value: string | undefined): EmailAddress | undefined {
  const text = value?.slice(value.indexOf(';') + 1).trim();
  return text === undefined || text === '' ? undefined : addressesIn([text])[0];
}
