import type { BenchMailbox, RouterServer } from '../calls.ts';

/** As a person would write it. The bare library files no copies in Sent, so neither does ours; both send over five connections. */
export function configurationText({ host, imapsPort, submissionsPort }: RouterServer, mailboxes: readonly BenchMailbox[]): string {
  return [
    'version: 1',
    'organization: bench',
    'network: { ca: ca.pem }',
    'servers:',
    `  imap: { host: ${host}, port: ${imapsPort}, tls: implicit }`,
    `  smtp: { host: ${host}, port: ${submissionsPort}, tls: implicit, sentCopy: automatic, maxConnections: 5 }`,
    'mailboxes:',
    ...mailboxes.map(({ id, address }) => `  - { id: ${id}, address: ${address}, flow: basic, concurrency: 5, password: '\${env:PASSWORD_${id}}' }`),
    '',
  ].join('\n');
}
