import type { AddressInfo } from 'node:net';
import type { Door, DoorOptions, TenantContext } from '../door.ts';
import { hostInUrl, LOOPBACK } from '../loopback.ts';
import { openSocketsOf } from '../open-sockets.ts';
import type { EntraContext } from './context.ts';
import { createGrants } from './grant-store.ts';
import { installHttpFaults } from './http/faults.ts';
import { addPageRoutes } from './http/page-routes.ts';
import { addRoutes } from './http/routes.ts';
import { createServer } from './http/server.ts';
import { createFlows } from './sign-in/flow.ts';
import { createSessions } from './sign-in/sessions.ts';

/** Entra over HTTPS: tokens, the pages to sign in and to consent, discovery. */
export interface EntraDoor extends Door {
  /** What clients call the authority: `https://localhost:port/tenant-id`. */
  readonly authority: string;
}

export async function startEntraDoor(tenant: TenantContext, { port = 0, host = LOOPBACK }: DoorOptions = {}): Promise<EntraDoor> {
  const context: EntraContext = { ...tenant, ...createState(tenant) };
  // Requests read the context anew: codes, refresh tokens and sign-ins from before mean nothing from then on.
  const resetting = tenant.onReset(() => void Object.assign(context, createState(tenant)));
  const server = await createServer(tenant);
  const sockets = openSocketsOf(server.server);
  const refuseAfter = installHttpFaults(server, context);
  addRoutes(server, context);
  addPageRoutes(server, context, refuseAfter);
  await server.listen({ host, port });
  const { port: open } = server.server.address() as AddressInfo;
  return {
    host,
    port: open,
    authority: `https://${hostInUrl(host)}:${open}/${tenant.directory.tenant.id}`,
    [Symbol.asyncDispose]: async () => {
      resetting[Symbol.dispose]();
      sockets[Symbol.dispose]();
      await server.close();
    },
  };
}

const createState = (tenant: TenantContext): Pick<EntraContext, 'grants' | 'sessions' | 'flows'> => ({
  grants: createGrants(tenant.clock),
  sessions: createSessions(tenant),
  flows: createFlows(tenant.clock),
});
