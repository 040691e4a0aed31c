import type { Faults, LoggedEvent, World } from '@signalbox/conformance';
import type { MailTransport, TransportPlugin } from '@signalbox/core';
import { type CredentialIssuer, switchableCredentials } from '../credentials.ts';
import { hostServices } from '../host.ts';

export interface TransportUnderTest<Config> {
  readonly plugin: TransportPlugin<Config>;
  readonly address: string;
  readonly ca: string;
  /** As an operator writes it; validated by the plugin's own schema. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly issuer: CredentialIssuer;
}

export interface OpenedTransports extends AsyncDisposable {
  open(): Promise<MailTransport>;
  /** The switches that every server shares: those of the credentials. */
  readonly faults: Faults;
  /** What every world tells of its transports. */
  readonly facts: Required<Pick<World, 'config' | 'secrets' | 'logged'>>;
}

/** Opens one transport after another on the same mailbox with the same switchable credentials. */
export async function openTransports<Config>(subject: TransportUnderTest<Config>): Promise<OpenedTransports> {
  const { plugin, address, ca, issuer } = subject;
  const credentials = await switchableCredentials(issuer);
  const config = await validated(plugin, subject.config);
  const opened: MailTransport[] = [];
  const logged: LoggedEvent[] = [];
  return {
    facts: { config: subject.config, secrets: credentials.issued, logged: () => logged },
    async open() {
      const transport = await plugin.open({ ...hostServices(ca, logged), mailbox: { id: address, address }, config, credentials });
      opened.push(transport);
      return transport;
    },
    faults: {
      refuseCredentials: () => credentials.refuse(),
      ...(issuer.withdraw && { renewCredential: () => credentials.renew() }),
      credentialRequests: () => credentials.requests(),
    },
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
    },
  };
}

async function validated<Config>(plugin: TransportPlugin<Config>, config: unknown): Promise<Config> {
  const result = await plugin.config['~standard'].validate(config);
  if (result.issues) throw new Error(`The world's configuration is wrong: ${result.issues.map((issue) => issue.message).join('; ')}`);
  return result.value;
}
