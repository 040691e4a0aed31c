import type { Clock, Credential, CredentialRequest, MailTransport, Receipt, TransportContext } from '@signalbox/core';
import { secret } from '@signalbox/core';
import { contentOf, systemClock } from '@signalbox/kit';
import { makeLocalCertificate } from '@signalbox/local-servers';
import { type SmtpConfig, smtpConfig } from '../src/config.ts';
import { openSmtp } from '../src/transport.ts';
import { type Script, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

export const certificate = await makeLocalCertificate();
export const MAILBOX = { id: 'robin', address: 'robin@local.example' };

export interface ScriptedOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  readonly credential?: (request: CredentialRequest) => Promise<Credential>;
  readonly network?: TransportContext<SmtpConfig>['network'];
}

export const contextFor = (port: number, { config, clock = systemClock, credential, network = {} }: ScriptedOptions = {}): TransportContext<SmtpConfig> => ({
  mailbox: MAILBOX,
  config: smtpConfig.parse({ host: 'localhost', port, tls: 'implicit', ca: certificate.certificate, ...config }),
  credentials: { getCredential: credential ?? (async () => ({ kind: 'password', username: MAILBOX.address, password: secret('pass') })) },
  clock,
  fetch: globalThis.fetch,
  network,
  log: { log: () => {} },
});

export interface Scripted extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly transport: MailTransport;
  send(raw: string | Uint8Array, rcptTo?: readonly [string, ...string[]], signal?: AbortSignal): Promise<Receipt>;
}

/** A transport on a server that does as it is told. */
export async function openScripted(script: Script = {}, options: ScriptedOptions = {}): Promise<Scripted> {
  const server = await startScriptedServer({ certificate, ...script });
  const transport = await openSmtp(contextFor(server.port, options));
  return {
    server,
    transport,
    async send(raw, rcptTo = ['ada@local.example'], signal) {
      if (!transport.send) throw new Error('It cannot send.');
      return transport.send.dispatch({ envelope: { mailFrom: MAILBOX.address, rcptTo }, content: contentOf(raw) }, signal ? { signal } : {});
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What a promise is rejected with; nothing when it is not. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
