import { type CredentialIssuer, type Faults, issuerThatSets, openTestHost, type World } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import { type LocalSmtpOptions, type LocalSmtpServer, makeLocalCertificate, startSmtpServer } from '@signalbox/local-servers';
import type { SmtpConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

const ADDRESS = 'robin@local.example';
const REFUSED = 'nobody@local.example';
const MAX_BYTES = 5_000_000;

/** One for all worlds: making one takes a moment. */
const certificate = await makeLocalCertificate();

export interface LocalWorldOptions {
  readonly credential: CredentialKind;
  readonly tls?: SmtpConfig['tls'];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly server?: Partial<LocalSmtpOptions>;
}

/** What tests beside the suite look at. */
export interface LocalWorld extends World {
  readonly server: LocalSmtpServer;
}

/** A world on a submission server of its own in this process. */
export async function openLocalWorld({ credential, tls = 'implicit', config: more, server: serverOptions }: LocalWorldOptions): Promise<LocalWorld> {
  const server = await startSmtpServer({ accounts: [{ username: ADDRESS }], certificate, tls, maxBytes: MAX_BYTES, refuses: [REFUSED], ...serverOptions });
  const config = { host: 'localhost', port: server.port, tls, ca: server.ca, ...more };
  const host = await openTestHost({ plugin, mailbox: { id: 'robin', address: ADDRESS }, config, issuer: issuerOf(server, credential) });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['ada@local.example', 'ben@local.example'],
    sharesProcess: true,
    door: { submitted: async () => server.messages.map(({ mailFrom, rcptTo, raw }) => ({ mailFrom, rcptTo, raw })) },
    faults: { ...host.faults, ...faultsOf(server) },
    server,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const issuerOf = (server: LocalSmtpServer, kind: CredentialKind): CredentialIssuer =>
  issuerThatSets(kind, ADDRESS, (value) => server.setCredentials(ADDRESS, value === undefined ? {} : { [kind === 'password' ? 'password' : 'token']: value }));

const faultsOf = ({ faults }: LocalSmtpServer): Faults => ({
  dropConnections: async () => faults.dropConnections(),
  hang: async () => faults.hang(),
  loseNextSendAnswer: async () => faults.loseNextAnswer(),
  throttle: async () => faults.refuse('sender', '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.'),
  refusedRecipient: REFUSED,
  foreignSender: 'someone.else@local.example',
  tooLarge: MAX_BYTES,
});
