import type { ProblemCollector } from './collector.ts';
import { completeMailbox } from './complete-mailbox.ts';
import { completeNetwork } from './complete-network.ts';
import { completeReceiving, completeRetention, inMilliseconds } from './complete-times.ts';
import { asList, completeServer, completeServers } from './complete-servers.ts';
import type { Config, EntraSettings, NotificationSettings, OutgoingSettings } from './config.ts';
import type { ConfigSource } from './load-config.ts';
import type { ConfigPositions } from './positions.ts';
import type { Redactor } from './redactor.ts';
import { type FileTenant, isTenantMap } from './schema-entra.ts';
import type { FileConfig } from './schema.ts';

export interface CompletionInput {
  readonly data: FileConfig;
  readonly source: ConfigSource;
  readonly report: ProblemCollector;
  readonly redactor: Redactor;
  readonly positions: ConfigPositions;
}

/** From what the file may leave out to what the rest of the router can rely on. */
export function completeConfig({ data, source, report, redactor, positions }: CompletionInput): Omit<Config, 'warnings'> {
  return {
    file: source.file,
    version: data.version,
    organization: data.organization,
    entra: completeEntra(data.entra),
    servers: completeServers(data.servers),
    auth: data.auth ?? {},
    outgoing: completeOutgoing(data.outgoing),
    network: completeNetwork(data.network, source.env, report, redactor),
    ...(data.notifications && { notifications: completeNotifications(data.notifications) }),
    receiving: completeReceiving(data.receiving),
    retention: completeRetention(data.retention),
    plugins: data.plugins ?? [],
    flows: defined(data.flows ?? {}),
    mailboxes: data.mailboxes.map((mailbox, index) => completeMailbox(mailbox, index, data, { report, redactor })),
    positions,
    redact: (text) => redactor.redact(text),
    hidden: () => redactor.hidden(),
  };
}

function completeEntra(entra: FileConfig['entra']): Config['entra'] {
  if (entra === undefined) return {};
  const tenants = (isTenantMap(entra) ? entra : { default: entra }) as Readonly<Record<string, FileTenant>>;
  return Object.fromEntries(Object.entries(tenants).map(([name, tenant]) => [name, withoutUndefined(tenant) as EntraSettings]));
}

function completeNotifications({ publicUrl, listen: { host = '127.0.0.1', port = 8085 } = {} }: NonNullable<FileConfig['notifications']>): NotificationSettings {
  // `href`, since a path with other letters than ASCII is called in its encoded form.
  return { publicUrl: new URL(publicUrl).href.replace(/\/+$/, ''), listen: { host: host.replaceAll(/[[\]]/g, ''), port } };
}

function completeOutgoing(outgoing: FileConfig['outgoing']): OutgoingSettings {
  const { mode = 'client', relay, from, bcc, unproven, atOnce, ...times } = outgoing ?? {};
  return {
    mode,
    ...(from !== undefined && { from }),
    ...(bcc !== undefined && { bcc: asList(bcc) }),
    ...(unproven !== undefined && { unproven }),
    ...inMilliseconds(times, ['absentAfter', 'attempt', 'giveUpAfter']),
    ...(atOnce !== undefined && { total: atOnce }),
    ...(mode === 'relay' && relay && { relay: completeRelay(relay) }),
  };
}

function completeRelay(relay: NonNullable<NonNullable<FileConfig['outgoing']>['relay']>): NonNullable<OutgoingSettings['relay']> {
  const { flow = 'relay', username, password, ...server } = relay;
  return { flow, server: completeServer(server), ...(username !== undefined && { username }), ...(password && { password }) };
}

/** zod spells an absent setting as `undefined`; the contract's way is to leave it out. */
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;

const defined = (flows: NonNullable<FileConfig['flows']>): Config['flows'] =>
  Object.fromEntries(
    Object.entries(flows).map(([name, { receive, send }]) => [name, { ...(receive && { receive: withoutUndefined(receive) }), ...(send && { send: withoutUndefined(send) }) }]),
  ) as Config['flows'];
