import type { AuthPlugin, CredentialKind, Plugin, TransportPlugin } from '@signalbox/core';
import type { ProblemCollector } from '../config/collector.ts';
import type { ConfigPath } from '../config/positions.ts';
import { didYouMean } from '../config/suggest.ts';
import type { PluginRegistry } from '../registry/registry.ts';
import type { ChosenSide } from './choose-side.ts';
import type { Direction } from './flow.ts';

export interface FoundPlugins {
  readonly transport: TransportPlugin;
  readonly auth?: AuthPlugin;
  readonly credentials: readonly CredentialKind[];
}

/** Both plugins of a side, if they are there, can do the direction, and understand each other. */
export function findPlugins(registry: PluginRegistry, { side, flow, optionsPath, namedAt }: ChosenSide, direction: Direction, report: ProblemCollector): FoundPlugins | undefined {
  const pathOf = (key: 'transport' | 'auth'): ConfigPath => (optionsPath ? [...optionsPath, key] : namedAt);
  const transport = registry.transport(side.transport);
  const auth = side.auth === undefined ? undefined : registry.auth(side.auth);
  if (!transport) reportMissing(registry, 'transport', side.transport, pathOf('transport'), report);
  if (side.auth !== undefined && !auth) reportMissing(registry, 'auth', side.auth, pathOf('auth'), report);
  if (!transport || (side.auth !== undefined && !auth)) return undefined;
  if (!transport.facets.includes(direction)) {
    report.error(pathOf('transport'), `The transport "${transport.name}" of the flow "${flow}" cannot ${direction}.`, `Choose a flow whose transport can ${direction}.`);
    return undefined;
  }
  const accepted = transport.credentials.join(' or ');
  if (!auth) {
    if (transport.credentials.length === 0) return { transport, credentials: [] };
    report.error(pathOf('auth'), `The transport "${transport.name}" signs in with a ${accepted}, and the flow "${flow}" names no auth plugin.`, `Add "auth" to the flow: the name of a plugin that issues a ${accepted}.`);
    return undefined;
  }
  if (transport.credentials.length === 0) {
    report.error(pathOf('auth'), `The transport "${transport.name}" has nothing to sign in to, and the flow "${flow}" names the auth plugin "${auth.name}".`, 'Remove "auth" from the flow.');
    return undefined;
  }
  const credentials = auth.issues.filter((kind) => transport.credentials.includes(kind));
  if (credentials.length > 0) return { transport, auth, credentials };
  report.error(
    pathOf('auth'),
    `The auth plugin "${auth.name}" issues ${auth.issues.join(', ')}, but the transport "${transport.name}" accepts only ${accepted}.`,
    `Choose an auth plugin that issues ${accepted}.`,
  );
  return undefined;
}

function reportMissing(registry: PluginRegistry, kind: Plugin['kind'], name: string, path: ConfigPath, report: ProblemCollector): void {
  const refused = registry.rejected.find((one) => one.kind === kind && one.name === name);
  if (refused) {
    report.error(path, `The ${kind} plugin "${name}" was refused: ${refused.error.message}`, refused.error.remedy?.text ?? 'Choose another flow.');
    return;
  }
  const names = registry.entries.flatMap(({ plugin }) => (plugin.kind === kind ? [plugin.name] : []));
  const unread = registry.rejected.filter((one) => one.name === undefined).map((one) => `"${one.source}"`);
  const suspicion = unread.length > 0 ? ` It may be in ${unread.join(', ')}, which could not be loaded.` : '';
  report.error(path, `There is no ${kind} plugin "${name}".${didYouMean(name, names)}${suspicion}`, `Choose one of: ${names.join(', ') || 'none are loaded'}; or add the package that brings it to "plugins".`);
}
