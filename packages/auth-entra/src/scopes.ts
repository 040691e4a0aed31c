import { MailError } from '@signalbox/core';
import { type Cloud, GRAPH_HOSTS, OUTLOOK_HOSTS } from './clouds.ts';

export type ResourceKind = 'graph' | 'outlook' | 'other';

/** What a transport asks for, taken apart: one resource, and permissions on it. */
export interface AskedScopes {
  readonly kind: ResourceKind;
  /** As the transport wrote it: `https://outlook.office.com`. */
  readonly resource: string;
  /** `IMAP.AccessAsUser.All`, `.default`. */
  readonly names: readonly string[];
}

const OPEN_ID: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);

/** One access token is for one resource (FACTS.md A7). Throws `config.invalid` for none and for several. */
export function readScopes(scopes: readonly string[] | undefined): AskedScopes {
  const groups = groupScopes(scopes ?? []);
  const [group] = groups;
  if (!group || groups.length > 1) {
    const asked = group ? 'scopes of several resources at once' : 'no scope';
    throw new MailError('config.invalid', `The transport asks for ${asked}; a token is for exactly one resource.`, {
      remedy: { who: 'operator', action: 'fix-config', text: 'Correct the "scopes" of the transport: they all have to begin with the same resource.' },
    });
  }
  return group;
}

/** By resource, in the order they come. Scopes of the sign-in itself are left out. */
export function groupScopes(scopes: readonly string[]): readonly AskedScopes[] {
  const groups = new Map<string, { kind: ResourceKind; resource: string; names: string[] }>();
  for (const scope of scopes.flatMap((text) => text.split(/\s+/)).filter(Boolean)) {
    if (OPEN_ID.has(scope.toLowerCase())) continue;
    const { resource, name } = takeApart(scope);
    const kind = kindOf(resource);
    const key = kind === 'other' ? resource : kind;
    const group = groups.get(key) ?? { kind, resource, names: [] };
    if (!group.names.includes(name)) group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** An application gets whatever it was granted, by the resource's `.default` (FACTS.md A2). */
export function appScope({ kind, resource }: AskedScopes, cloud: Cloud): string {
  if (kind === 'graph') return `${cloud.graph}/.default`;
  return kind === 'outlook' ? `${cloud.outlook}/.default` : `${resource}/.default`;
}

/** For somebody who signed in: the permissions by name, at the host that their cloud has them at. */
export function userScopes({ kind, resource, names }: AskedScopes, cloud: Cloud): readonly string[] {
  const home = kind === 'graph' ? cloud.graph : kind === 'outlook' ? cloud.outlookDelegated : resource;
  return names.map((name) => `${home}/${name}`);
}

/** A name without a resource is Graph's (FACTS.md E15). */
function takeApart(scope: string): { readonly resource: string; readonly name: string } {
  const slash = scope.lastIndexOf('/');
  return slash < 0 ? { resource: 'https://graph.microsoft.com', name: scope } : { resource: scope.slice(0, slash).replace(/\/+$/, ''), name: scope.slice(slash + 1) };
}

function kindOf(resource: string): ResourceKind {
  const host = resource.toLowerCase();
  if (GRAPH_HOSTS.has(host)) return 'graph';
  return OUTLOOK_HOSTS.has(host) ? 'outlook' : 'other';
}
