import type { CredentialSource, Mailbox, MailTransport, NetworkSettings, TransportContext, TransportPlugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { observedCredentials, type ObservedCredentials } from './observed-credentials.ts';
import { type CredentialIssuer, switchableCredentials, type SwitchableCredentials } from './switchable-credentials.ts';
import type { LoggedEvent, World } from './world.ts';

interface HostParts<Config> {
  readonly plugin: TransportPlugin<Config>;
  readonly mailbox: Mailbox;
  /** As an operator writes it; the plugin's own schema validates it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Default: the system's own authorities, and no proxy. */
  readonly network?: NetworkSettings;
  /** As a host binds it to its authorities and proxy. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface TestHostOptions<Config> extends HostParts<Config> {
  readonly issuer: CredentialIssuer;
}

/** For a transport together with a provider of credentials. What refuses and withdraws them is then the server, by switches of the world. */
export interface ProvidedHostOptions<Config> extends HostParts<Config> {
  readonly source: CredentialSource;
}

/** Stands where an application stands: hands the plugin all it needs, and keeps what a world has to tell of it. */
export interface TestHost<CredentialFaults = SwitchableCredentials['faults']> extends AsyncDisposable {
  /** One more transport on the same mailbox. Disposing of the host disposes of all. */
  open(): Promise<MailTransport>;
  /** The members of a world that only the host knows. */
  readonly world: Required<Pick<World, 'plugin' | 'address' | 'config' | 'secrets' | 'logged' | 'reopen'>>;
  /** The faults that need nothing but credentials. */
  readonly faults: CredentialFaults;
}

/** Opens one transport after another on one mailbox, with the same credentials. */
export function openTestHost<Config>(options: TestHostOptions<Config>): Promise<TestHost>;
export function openTestHost<Config>(options: ProvidedHostOptions<Config>): Promise<TestHost<ObservedCredentials['faults']>>;
export function openTestHost<Config>(options: TestHostOptions<Config> | ProvidedHostOptions<Config>): Promise<TestHost<ObservedCredentials['faults']>>;
export async function openTestHost<Config>(options: TestHostOptions<Config> | ProvidedHostOptions<Config>): Promise<TestHost<ObservedCredentials['faults']>> {
  const { plugin, mailbox, config, network = {}, fetch = globalThis.fetch } = options;
  const credentials = 'issuer' in options ? await switchableCredentials(options.issuer) : observedCredentials(options.source);
  const logged: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const context: TransportContext<Config> = {
    mailbox,
    config: await validated(plugin, config),
    credentials,
    clock: systemClock,
    fetch,
    network,
    log: { log: (level, event, fields) => void logged.push({ level, event, ...(fields && { fields }) }) },
  };
  const open = async (): Promise<MailTransport> => {
    const transport = await plugin.open(context);
    opened.push(transport);
    return transport;
  };
  return {
    open,
    world: { plugin, address: mailbox.address, config, secrets: credentials.secrets, logged: () => logged, reopen: open },
    faults: credentials.faults,
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
    },
  };
}

async function validated<Config>(plugin: TransportPlugin<Config>, config: unknown): Promise<Config> {
  const result = await plugin.config['~standard'].validate(config);
  if (result.issues) throw new TypeError(`The plugin ${plugin.name} does not take this configuration: ${result.issues.map(({ message }) => message).join('; ')}`);
  return result.value;
}
