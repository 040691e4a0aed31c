import { CLIENT_ID, type PlannedMailbox } from '../plan/population.ts';
import type { ReachableTenant } from '../tenant/calls.ts';
import { DONE_FOLDER } from '../tenant/folders.ts';

/** A configuration as a person would write it, but for how often it looks: nobody wants to wait for minutes. The secrets lie beside it. */
export function configurationText({ description, callbacks }: ReachableTenant, mailboxes: readonly PlannedMailbox[]): string {
  const { tenant, doors: { entra, graph, imap, smtp } } = description;
  return [
    'version: 1',
    'organization: chaos',
    '',
    'entra:',
    `  tenant: ${tenant.domain}`,
    `  clientId: ${CLIENT_ID}`,
    '  clientSecret: ${file:application.secret}',
    `  authority: ${new URL(entra?.url ?? '').origin}`,
    '',
    'network: { ca: ca.pem }',
    '',
    ...(callbacks ? ['notifications:', `  publicUrl: ${callbacks.publicUrl}`, `  listen: { port: ${callbacks.port} }`, ''] : []),
    'servers:',
    `  graph: { baseUrl: '${graph?.url ?? ''}', pollIntervalMs: 1000, requestTimeoutMs: 10000 }`,
    `  imap: { host: 127.0.0.1, port: ${imap?.port ?? 0}, tls: implicit, pollIntervalMs: 1000, idleRenewMs: 10000, commandTimeoutMs: 10000 }`,
    `  smtp: { host: 127.0.0.1, port: ${smtp?.port ?? 0}, tls: starttls, sentCopy: automatic, commandTimeoutMs: 10000, dataTimeoutMs: 10000, greetingTimeoutMs: 10000 }`,
    '',
    // Each kill ends what is being handed over without an answer, and here is nobody who would replay what is dead.
    'receiving: { maxAttempts: 1000 }',
    '',
    'mailboxes:',
    ...mailboxes.map(mailboxText),
    '',
  ].join('\n');
}

function mailboxText({ id, address, receive, send, onAck, backlog }: PlannedMailbox): string {
  const acted = onAck === 'move' ? `{ move: ${DONE_FOLDER} }` : onAck;
  const password = receive === 'basic' || send === 'basic' ? ", password: '${file:mailbox.password}'" : '';
  return `  - { id: ${id}, address: ${address}, receive: ${receive}, send: ${send}, onAck: ${acted}, backlog: ${backlog}${password} }`;
}
