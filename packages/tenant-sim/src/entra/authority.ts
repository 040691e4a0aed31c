import type { AppRegistration } from '../directory/app.ts';
import type { Directory } from '../directory/directory.ts';
import type { Authority } from './context.ts';
import { EntraError } from './error.ts';

const ALIASES = ['common', 'organizations', 'consumers'] as const;

/** Which directory a path speaks of: by id, by any verified domain, or by an alias (FACTS.md A1). Throws AADSTS90002. */
export function resolveAuthority(directory: Directory, base: string, name: string): Authority {
  const wanted = name.toLowerCase();
  const alias = ALIASES.find((candidate) => candidate === wanted);
  if (alias) return { base, name, kind: alias };
  const { id, acceptedDomains } = directory.tenant;
  if (![id, ...acceptedDomains].some((known) => known.toLowerCase() === wanted)) throw new EntraError(90002, { values: { tenant: name } });
  return { base, name, kind: 'tenant' };
}

/** The app that a request names. Throws AADSTS900144, 700016, 7000112, 50194 and 90130. */
export function findApp(directory: Directory, authority: Authority, clientId: string | undefined): AppRegistration {
  if (clientId === undefined || clientId === '') throw new EntraError(900144, { values: { name: 'client_id' } });
  const app = directory.apps().find((candidate) => candidate.clientId.toLowerCase() === clientId.toLowerCase());
  const values = { client: clientId, tenant: directory.tenant.displayName };
  if (!app) throw new EntraError(700016, { values });
  if (!app.enabled) throw new EntraError(7000112, { values });
  if (authority.kind === 'consumers') throw new EntraError(90130, { values });
  if (authority.kind !== 'tenant' && !app.multiTenant) throw new EntraError(50194, { values });
  return app;
}
