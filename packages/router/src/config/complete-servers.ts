import type { ServerSettings } from './config.ts';
import type { FileConfig } from './schema.ts';

export function completeServers(servers: FileConfig['servers']): Readonly<Record<string, ServerSettings>> {
  return Object.fromEntries(Object.entries(servers ?? {}).flatMap(([name, server]) => (server ? [[name, completeServer(server)]] : [])));
}

export function completeServer({ ca, ...server }: { readonly ca?: string | readonly string[] | undefined; readonly [key: string]: unknown }): ServerSettings {
  return { ...server, ...(ca !== undefined && { ca: asList(ca) }) };
}

export const asList = <Item>(value: Item | readonly Item[]): readonly Item[] => (Array.isArray(value) ? (value as readonly Item[]) : [value as Item]);

