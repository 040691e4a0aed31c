import type { Logger } from '@signalbox/core';
import { contoso, type Population } from './accounts.ts';
import { createCertificates } from './certificates.ts';
import { createTenantClock } from './clock.ts';
import { createDirectory } from './directory/directory.ts';
import type { Door, DoorName, TenantBehaviour, TenantContext } from './door.ts';
import { type DoorPorts, type Doors, STARTERS } from './doors.ts';
import { createFaultRegistry } from './faults/registry.ts';
import type { Loopback } from './loopback.ts';
import { createMailFlow } from './mail-flow/mail-flow.ts';
import { createFactReader } from './store/facts.ts';
import { createReset } from './reset.ts';
import { createMailStore } from './store/store.ts';
import { createTokenService } from './tokens/tokens.ts';

export interface TenantOptions extends Population, Partial<TenantBehaviour> {
  /** Which doors to open; all of them unless told. */
  readonly doors?: readonly DoorName[];
  /** Fixed ports; a door that has none here takes any free one. */
  readonly ports?: DoorPorts;
  /** Where all doors listen; 127.0.0.1 unless told. The certificate is valid for both, and for localhost. */
  readonly host?: Loopback;
  /** What the tenant's clock shows at the start; the machine's time unless told. */
  readonly startAt?: Date;
  /** Names the certificate is valid for beside localhost. */
  readonly serverNames?: readonly string[];
  readonly log?: Logger;
}

/** A running tenant. Disposal closes its doors and every connection. */
export interface Tenant extends TenantContext, AsyncDisposable {
  readonly doors: Doors;
}

const silent: Logger = { log() {} };

export async function startTenant(options: TenantOptions = {}): Promise<Tenant> {
  const context = await createContext(options);
  const doors: Partial<Record<DoorName, Door>> = {};
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(doors).map((door) => door[Symbol.asyncDispose]()));
    await context.mailFlow[Symbol.asyncDispose]();
  };
  try {
    for (const [name, start] of STARTERS) {
      if (options.doors && !options.doors.includes(name)) continue;
      doors[name] = await start(context, options.ports ?? {}, options.host ? { host: options.host } : {});
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...context, doors: doors as Doors, [Symbol.asyncDispose]: close };
}

async function createContext({ startAt, serverNames, log = silent, mime = 'regenerated', imapProfile = 'classic', ...given }: TenantOptions): Promise<TenantContext> {
  const clock = createTenantClock(startAt);
  const population = given.tenant || given.users || given.apps ? given : contoso(clock.now());
  const directory = createDirectory(population.tenant);
  for (const user of population.users ?? []) directory.addUser(user);
  for (const app of population.apps ?? []) directory.addApp(app);
  const faults = createFaultRegistry();
  faults.onSet('clock.jump', ({ ms }) => {
    clock.jump(ms);
    return true;
  });
  const [certificates, tokens] = await Promise.all([createCertificates(serverNames), createTokenService({ clock, directory })]);
  faults.onSet('token.revoked', ({ mailbox, app, only }) => {
    tokens.revoke({ ...(mailbox !== undefined && { user: mailbox }), ...(app !== undefined && { clientId: app }), ...(only && { only }) });
    return true;
  });
  const store = createMailStore({ clock, directory, faults });
  const behaviour: TenantBehaviour = { mime, imapProfile };
  const mailFlow = createMailFlow({ clock, directory, faults, store, behaviour });
  const shared = { clock, certificates, faults, directory, tokens, store, mailFlow, facts: createFactReader(), log, behaviour };
  return { ...shared, ...createReset(shared) };
}
