import type { TenantUser } from '../directory/user.ts';
import type { Tenant } from '../tenant.ts';

/** A mailbox of the configuration, and which secret opens it. */
export interface ConfiguredMailbox {
  readonly id: string;
  readonly address: string;
  readonly credential: { readonly kind: 'password' | 'token'; readonly of: TenantUser; readonly file: string };
}

/** The first person signs in with a password, everybody else with a token; a shared mailbox with the token of one who may open it. */
export function configuredMailboxes({ directory }: Pick<Tenant, 'directory'>): readonly ConfiguredMailbox[] {
  const users = directory.users().filter(({ licensed, enabled }) => licensed && enabled);
  const people = users.filter(({ kind }) => kind === 'user');
  return users.flatMap((user) => {
    const owner = user.kind === 'user' ? user : people.find(({ userPrincipalName }) => user.delegates.some(({ who, right }) => right === 'full-access' && who === userPrincipalName));
    if (!owner) return [];
    const kind = user === people[0] ? 'password' : 'token';
    return [{ id: nameOf(user), address: user.userPrincipalName, credential: { kind, of: owner, file: `${nameOf(owner)}.${kind}` } }];
  });
}

const nameOf = ({ userPrincipalName }: TenantUser): string => userPrincipalName.split('@', 1)[0] ?? '';

/** A configuration of Signalbox as a person would write it; the files it names lie beside it. */
export function configurationText({ directory, doors }: Pick<Tenant, 'directory' | 'doors'>, mailboxes: readonly ConfiguredMailbox[]): string {
  const { imap, smtp } = doors;
  return [
    '# Written by signalbox-tenant. The servers are on this machine, and gone when it ends.',
    'version: 1',
    `organization: ${directory.tenant.domain}`,
    '',
    'servers:',
    ...(imap ? [`  imap: { host: 127.0.0.1, port: ${imap.port}, tls: implicit, ca: ca.pem }`] : []),
    // Exchange Online files the copy in Sent Items by itself.
    ...(smtp ? [`  smtp: { host: 127.0.0.1, port: ${smtp.port}, tls: starttls, ca: ca.pem, sentCopy: automatic }`] : []),
    '',
    'mailboxes:',
    mailboxes.map(mailboxText).join('\n\n'),
    '',
  ].join('\n');
}

function mailboxText({ id, address, credential: { kind, of, file } }: ConfiguredMailbox): string {
  const lines = [
    `  - id: ${id}${of.userPrincipalName === address ? '' : ` # a shared mailbox, opened with the token of ${of.userPrincipalName}`}`,
    `    address: ${address}`,
    ...(kind === 'password' ? ['    flow: basic', `    password: \${file:${file}}`] : ['    flow: token', `    tokenFile: ${file}`]),
  ];
  return lines.join('\n');
}
