import type { Config, MailboxConfig, Options, ServerSettings } from '../config/config.ts';
import { type ConfigPath, formatPath } from '../config/positions.ts';
import type { ChosenSide } from './choose-side.ts';
import { type Layer, type Layered, overlay, own } from './layers.ts';
import type { Section } from './sections.ts';
import type { RouteServer } from './route.ts';

export interface TransportLayers {
  readonly layered: Layered;
  /** The server's own CAs: for the host's network settings, not for the plugin. */
  readonly ca: readonly string[];
  readonly reasons: readonly string[];
}

/** What the flow's section shares, the organisation's server of that transport, overlaid by the mailbox's, overlaid by the flow's options. A relay replaces the servers. */
export function layerTransport(config: Config, mailbox: MailboxConfig, chosen: ChosenSide, section: Section | undefined, transport: string): TransportLayers {
  const servers: readonly (readonly [ConfigPath, ServerSettings | undefined])[] = chosen.relay
    ? [[['outgoing', 'relay'], config.outgoing.relay?.server]]
    : [
        [['servers', transport], own(config.servers, transport)],
        [[...mailbox.path, 'servers', transport], own(mailbox.servers, transport)],
      ];
  const given = servers.filter((entry): entry is readonly [ConfigPath, ServerSettings] => entry[1] !== undefined);
  const layers: readonly Layer[] = [
    ...sharedOf(chosen, section),
    ...given.map(([path, server]) => ({ path, values: withoutCa(server) })),
    { ...(chosen.optionsPath && { path: [...chosen.optionsPath, 'transportOptions'] }), values: chosen.side.transportOptions },
  ];
  const [home] = given.at(-1) ?? servers[0] ?? [['servers', transport]];
  return {
    layered: overlay(layers, home),
    ca: given.flatMap(([, server]) => server.ca ?? []),
    reasons: given.map(([path], index) => (index === 0 ? `The server of the transport "${transport}" was set at ${formatPath(path)}.` : `The mailbox changes it at ${formatPath(path)}.`)),
  };
}

/** What the flow's section tells the transport; what is set for the server itself comes over it. */
function sharedOf({ side: { sharedSettings = [] } }: ChosenSide, section: Section | undefined): readonly Layer[] {
  if (!section) return [];
  return [{ path: section.path, values: Object.fromEntries(Object.entries(section.values ?? {}).filter(([key]) => sharedSettings.includes(key))) }];
}

const withoutCa = (server: ServerSettings): Options => Object.fromEntries(Object.entries(server).filter(([key]) => key !== 'ca'));

/** Host, port and TLS as the plugin's schema left them, its defaults included; absent where it has no host. */
export function describeServer(transportConfig: unknown): RouteServer | undefined {
  if (typeof transportConfig !== 'object' || transportConfig === null || !('host' in transportConfig)) return undefined;
  const { host, port, tls } = transportConfig as Readonly<Record<string, unknown>>;
  if (typeof host !== 'string') return undefined;
  return { host, ...(typeof port === 'number' && { port }), ...(typeof tls === 'string' && { tls }) };
}
