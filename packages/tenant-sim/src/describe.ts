import type { DoorName } from './door.ts';
import type { Tenant } from './tenant.ts';

/** What a person or a script needs to know of a running tenant. The passwords and secrets are its own, made up for tests. */
export interface TenantDescription {
  readonly tenant: { readonly id: string; readonly domain: string };
  readonly doors: Readonly<Partial<Record<DoorName, DoorDescription>>>;
  readonly caFile: string;
  /** A configuration of Signalbox for these doors and accounts. */
  readonly configurationFile: string;
  readonly accounts: readonly { readonly address: string; readonly password: string; readonly kind: string }[];
  readonly apps: readonly { readonly clientId: string; readonly displayName: string; readonly secret?: string }[];
}

export interface DoorDescription {
  readonly host: string;
  readonly port: number;
  /** The way in from a plain connection. */
  readonly starttlsPort?: number;
  /** TLS from the first byte, where `port` begins in plain text. */
  readonly implicitTlsPort?: number;
  /** For a door of HTTPS. */
  readonly url?: string;
  /** Bearer token of the control endpoint. */
  readonly secret?: string;
}

/** What doors tell of themselves, as far as each has it; Graph calls its URL the base, Entra calls it the authority. */
interface ToldByDoor extends DoorDescription {
  readonly baseUrl?: string;
  readonly authority?: string;
}

function describeDoor({ host, port, starttlsPort, implicitTlsPort, baseUrl, authority, url = baseUrl ?? authority, secret }: ToldByDoor): DoorDescription {
  return {
    host,
    port,
    ...(starttlsPort !== undefined && { starttlsPort }),
    ...(implicitTlsPort !== undefined && { implicitTlsPort }),
    ...(url !== undefined && { url }),
    ...(secret !== undefined && { secret }),
  };
}

export function describeTenant({ directory, doors }: Tenant, files: { readonly caFile: string; readonly configurationFile: string }): TenantDescription {
  return {
    tenant: { id: directory.tenant.id, domain: directory.tenant.domain },
    doors: Object.fromEntries(Object.entries(doors).map(([name, door]) => [name, describeDoor(door as ToldByDoor)])),
    ...files,
    accounts: directory.users().map(({ userPrincipalName, password, kind }) => ({ address: userPrincipalName, password, kind })),
    apps: directory.apps().map(({ clientId, displayName, secrets: [secret] }) => ({ clientId, displayName, ...(secret && { secret: secret.value }) })),
  };
}
