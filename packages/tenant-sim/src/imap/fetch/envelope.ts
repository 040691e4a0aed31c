import addressparser from 'nodemailer/lib/addressparser';
import { type HeaderField, headerValue } from '../../mime/headers.ts';
import { imapString } from '../wire/strings.ts';

/** RFC 9051 §7.5.2: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id, in the words of the message. */
export function envelope(fields: readonly HeaderField[]): string {
  const text = (name: string): string => imapString(headerValue(fields, name));
  const addresses = (name: string): string | undefined => addressList(fields, name);
  const from = addresses('from') ?? 'NIL';
  return `(${[
    text('date'),
    text('subject'),
    from,
    addresses('sender') ?? from,
    addresses('reply-to') ?? from,
    addresses('to') ?? 'NIL',
    addresses('cc') ?? 'NIL',
    addresses('bcc') ?? 'NIL',
    text('in-reply-to'),
    text('message-id'),
  ].join(' ')})`;
}

/** Nothing for a field that is absent or holds no address. */
function addressList(fields: readonly HeaderField[], name: string): string | undefined {
  const values = fields.filter((field) => field.name.toLowerCase() === name).map(({ value }) => value);
  const parsed = addressparser(values.join(', ')).flatMap(({ name: displayName, address, group }) =>
    group
      ? [`(NIL NIL ${imapString(displayName)} NIL)`, ...group.map((member) => addressOf(member.name, member.address ?? '')), '(NIL NIL NIL NIL)']
      : [addressOf(displayName, address)],
  );
  return parsed.length > 0 ? `(${parsed.join('')})` : undefined;
}

function addressOf(name: string, address: string): string {
  const at = address.lastIndexOf('@');
  const [local, host] = at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
  return `(${imapString(name === '' ? undefined : name)} NIL ${imapString(local)} ${imapString(host)})`;
}
