import type { Mailbox, MailTransport, NetworkSettings, TransportContext, TransportPlugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type CredentialIssuer, switchableCredentials, type SwitchableCredentials } from './switchable-credentials.ts';
import type { LoggedEvent, World } from './world.ts';

export interface TestHostOptions<Config> {
  readonly plugin: TransportPlugin<Config>;
  readonly mailbox: Mailbox;
  /** As an operator writes it; the plugin's own schema validates it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly issuer: CredentialIssuer;
  /** Default: the system's own authorities, and no proxy. */
  readonly network?: NetworkSettings;
  /** As a host binds it to its authorities and proxy. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Stands where an application stands: hands the plugin all it needs, and keeps what a world has to tell of it. */
export interface TestHost extends AsyncDisposable {
  /** One more transport on the same mailbox. Disposing of the host disposes of all. */
  open(): Promise<MailTransport>;
  /** The members of a world that only the host knows. */
  readonly world: Required<Pick<World, 'plugin' | 'address' | 'config' | 'secrets' | 'logged' | 'reopen'>>;
  /** The faults that need nothing but credentials. */
  readonly faults: SwitchableCredentials['faults'];
}

/** Opens one transport after another on one mailbox, with the same switchable credentials. */
export async function openTestHost<Config>({ plugin, mailbox, config, issuer, network = {}, fetch = globalThis.fetch }: TestHostOptions<Config>): Promise<TestHost> {
  const credentials = await switchableCredentials(issuer);
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
