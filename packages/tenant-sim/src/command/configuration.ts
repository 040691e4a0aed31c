import type { Tenant } from '../tenant.ts';

/** A mailbox of the configuration, and how it is opened. */
export interface ConfiguredMailbox {
  readonly id: string;
  readonly address: string;
  readonly flow: 'o365-client-credentials' | 'o365-on-behalf-of' | 'o365-imap-client-credentials' | 'basic';
  /** Where its password lies; nowhere for a flow that does without. */
  readonly password?: { readonly file: string; readonly text: string };
}

/** Where the application's secret lies. */
export const SECRET_FILE = 'adapter.secret';

/** One flow after the other, so that all of them are side by side: the first person's by the app, the second's by a sign-in, all others' by password, shared mailboxes by the app over IMAP. */
export function configuredMailboxes({ directory, doors }: Pick<Tenant, 'directory' | 'doors'>): readonly ConfiguredMailbox[] {
  const users = directory.users().filter(({ licensed, enabled }) => licensed && enabled);
  const people = users.filter(({ kind }) => kind === 'user');
  const isModern = doors.entra !== undefined && doors.graph !== undefined;
  return users.flatMap((user): readonly ConfiguredMailbox[] => {
    const id = user.userPrincipalName.split('@', 1)[0] ?? '';
    const mailbox = { id, address: user.userPrincipalName };
    if (user.kind !== 'user') return isModern ? [{ ...mailbox, flow: 'o365-imap-client-credentials' }] : [];
    if (isModern && user === people[0]) return [{ ...mailbox, flow: 'o365-client-credentials' }];
    if (isModern && user === people[1]) return [{ ...mailbox, flow: 'o365-on-behalf-of' }];
    return [{ ...mailbox, flow: 'basic', password: { file: `${id}.password`, text: user.password } }];
  });
}

/** A configuration of Signalbox as a person would write it; the files it names lie beside it. */
export function configurationText({ directory, doors: { entra, graph, imap, smtp } }: Pick<Tenant, 'directory' | 'doors'>, mailboxes: readonly ConfiguredMailbox[]): string {
  const [app] = directory.apps();
  return [
    '# Written by signalbox-tenant. The servers are on this machine, and gone when it ends.',
    'version: 1',
    `organization: ${directory.tenant.domain}`,
    '',
    ...(entra && app
      ? [
          'entra:',
          `  tenant: ${directory.tenant.domain}`,
          `  clientId: ${app.clientId}`,
          `  clientSecret: \${file:${SECRET_FILE}}`,
          `  authority: https://localhost:${entra.port}`,
          '',
          'network: { ca: ca.pem }',
          '',
        ]
      : []),
    'servers:',
    ...(graph ? [`  graph: { baseUrl: '${graph.baseUrl}' }`] : []),
    ...(imap ? [`  imap: { host: 127.0.0.1, port: ${imap.port}, tls: implicit, ca: ca.pem }`] : []),
    // Exchange Online files the copy in Sent Items by itself.
    ...(smtp ? [`  smtp: { host: 127.0.0.1, port: ${smtp.port}, tls: starttls, ca: ca.pem, sentCopy: automatic }`] : []),
    '',
    'mailboxes:',
    mailboxes.map(mailboxText).join('\n\n'),
    '',
  ].join('\n');
}

const NOTES: Readonly<Partial<Record<ConfiguredMailbox['flow'], string>>> = {
  'o365-on-behalf-of': 'its user signs in once: signalbox auth sign-in',
};

function mailboxText({ id, address, flow, password }: ConfiguredMailbox): string {
  const note = NOTES[flow];
  return [`  - id: ${id}`, `    address: ${address}`, `    flow: ${flow}${note === undefined ? '' : ` # ${note} ${id}`}`, ...(password ? [`    password: \${file:${password.file}}`] : [])].join('\n');
}
