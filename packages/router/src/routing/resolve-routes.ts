import { type ProblemCollector, createCollector } from '../config/collector.ts';
import type { Config, MailboxConfig } from '../config/config.ts';
import { type ConfigPath, formatPath } from '../config/positions.ts';
import { isExchangeOnline, PASSWORD_ON_EXCHANGE_ONLINE } from '../providers/exchange-online.ts';
import type { PluginRegistry } from '../registry/registry.ts';
import { layerAuth } from './auth-layers.ts';
import { type ChosenSide, chooseSide } from './choose-side.ts';
import { findPlugins } from './find-plugins.ts';
import type { Direction, Flow } from './flow.ts';
import { type ChooseNetwork, createNetworkChooser } from './network.ts';
import type { MailboxRoutes, Route } from './route.ts';
import { findSection } from './sections.ts';
import { describeServer, layerTransport } from './transport-layers.ts';
import { validate } from './validate.ts';

export interface ResolveOptions {
  readonly config: Config;
  readonly registry: PluginRegistry;
  /**
   * The application's presets; a flow of the configuration with the same name takes precedence.
   * The send side of the one called `relay` reaches the relay of `outgoing`, unless the configuration names another.
   */
  readonly flows: Readonly<Record<string, Flow>>;
}

/** One entry per mailbox, in the order of the file. A broken mailbox never stops the others. */
export async function resolveRoutes(options: ResolveOptions): Promise<readonly MailboxRoutes[]> {
  const all: MailboxRoutes[] = [];
  const resolving: Resolving = { ...options, networkOf: createNetworkChooser(options.config) };
  for (const mailbox of options.config.mailboxes) all.push(await resolveMailbox(mailbox, resolving));
  return all;
}

interface Resolving extends ResolveOptions {
  readonly networkOf: ChooseNetwork;
}

async function resolveMailbox(mailbox: MailboxConfig, options: Resolving): Promise<MailboxRoutes> {
  const report = createCollector(options.config.positions);
  const wanted = (['receive', 'send'] as const).filter((direction) => mailbox[direction] !== undefined);
  const receive = await resolveRoute(mailbox, 'receive', options, report);
  const send = await resolveRoute(mailbox, 'send', options, report);
  if (receive && send) warnOfUnusedServers(mailbox, [receive, send], report);
  return { mailbox, wanted, ...(receive && { receive }), ...(send && { send }), problems: report.problems };
}

async function resolveRoute(mailbox: MailboxConfig, direction: Direction, { config, registry, flows, networkOf }: Resolving, report: ProblemCollector): Promise<Route | undefined> {
  if (mailbox[direction] === undefined) return undefined;
  const chosen = chooseSide(config, flows, mailbox, direction, report);
  const plugins = chosen && findPlugins(registry, chosen, direction, report);
  if (!chosen || !plugins) return undefined;
  const { transport, auth, credentials } = plugins;
  const { settings } = chosen.side;
  const section = settings === undefined ? undefined : findSection(config, mailbox, settings, report);
  const server = layerTransport(config, mailbox, chosen, section, transport.name);
  const redact = (text: string): string => config.redact(text);
  const transportConfig = await validate({ plugin: transport, layered: server.layered, report, redact });
  if (settings !== undefined && !section) return undefined;
  const authLayers = auth && layerAuth(config, mailbox, chosen, section, auth);
  const authConfig = authLayers && (await validate({ plugin: auth, layered: authLayers, report, redact }));
  if (!transportConfig || (auth && !authConfig)) return undefined;
  const described = describeServer(transportConfig.config);
  const { username = mailbox.address } = authLayers?.values ?? {};
  const route: Route = {
    mailbox: { id: mailbox.id, address: mailbox.address },
    direction,
    flow: chosen.flow,
    transport,
    ...(auth && authConfig && { auth, authConfig: authConfig.config }),
    transportConfig: transportConfig.config,
    network: networkOf(mailbox, described?.host, server.ca),
    credentials,
    ...(described && { server: described }),
    username: String(username),
    reasons: [...chosen.reasons, ...server.reasons, ...(authLayers ? authReasons(chosen, authLayers.pathOf(['username']), username !== mailbox.address) : [])],
  };
  warnOfPassword(route, chosen, report);
  return route;
}

function authReasons({ side }: ChosenSide, usernamePath: ConfigPath, ownName: boolean): readonly string[] {
  return [...(side.settings === undefined ? [] : [`Credentials come from the section "${side.settings}".`]), ...(ownName ? [`The user name was set at ${formatPath(usernamePath)}.`] : [])];
}

function warnOfPassword({ server, credentials, direction, mailbox }: Route, chosen: ChosenSide, report: ProblemCollector): void {
  if (!server || !credentials.includes('password') || credentials.includes('bearer') || !isExchangeOnline(server.host)) return;
  const { message, remedy } = PASSWORD_ON_EXCHANGE_ONLINE[direction];
  report.warning(chosen.namedAt, `${message} (mailbox "${mailbox.id}", ${server.host})`, remedy);
}

/** A misspelt name under `servers` would otherwise be a setting that nobody ever reads. */
function warnOfUnusedServers(mailbox: MailboxConfig, routes: readonly Route[], report: ProblemCollector): void {
  const used = routes.map((route) => route.transport.name);
  for (const name of Object.keys(mailbox.servers)) {
    if (used.includes(name)) continue;
    report.warning([...mailbox.path, 'servers', name], `No flow of this mailbox uses the transport "${name}".`, `Remove it, or use one of: ${[...new Set(used)].join(', ')}.`);
  }
}
