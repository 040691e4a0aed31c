import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS, type PermissionName } from '../src/graph/access/permissions.ts';
import { MAILBOX_ROUTES } from '../src/graph/routes.ts';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';

let world: GraphWorld;
beforeAll(async () => {
  world = await openGraph();
});
afterAll(() => world[Symbol.asyncDispose]());

const messages = `/users/${SALES}/messages`;
const ask = (path: string, token: string): Promise<Answer> => world.ask('GET', path, { token, isPartial: true });
const errorOf = ({ status, json }: Answer): unknown => [status, json['error'].code, json['error'].message];

describe('a token', () => {
  it('is needed, has to be one, and has to be for Graph', async () => {
    const [app] = world.tenant.directory.apps();
    const exchange = await world.tenant.tokens.issue({ app: app!, resource: 'exchange' });
    expect(errorOf(await ask(messages, ''))).toEqual([401, 'InvalidAuthenticationToken', 'Access token is empty.']);
    expect(errorOf(await ask(messages, 'x'))).toEqual([401, 'InvalidAuthenticationToken', 'CompactToken parsing failed with error code: 80049217']);
    expect(errorOf(await ask(messages, exchange.token))).toEqual([401, 'InvalidAuthenticationToken', 'Access token validation failure. Invalid audience.']);
    expect(errorOf(await ask(messages, await world.token({ expiresIn: -1 })))).toEqual([401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.']);
  });

  it('of an app has to name the mailbox, one of a user may say me', async () => {
    expect(errorOf(await ask('/me/messages', await world.token()))).toEqual([400, 'BadRequest', '/me request is only valid with delegated authentication flow.']);
    expect((await ask('/me/messages', await world.userToken())).status).toBe(200);
  });

  it('that was revoked gets a claims challenge where the client understands one', async () => {
    const plain = await world.token();
    const capable = await world.token({ claims: { xms_cc: ['cp1'] } });
    world.tenant.tokens.revoke({});
    expect((await ask(messages, plain)).headers['www-authenticate']).not.toContain('claims=');
    const challenged = await ask(messages, capable);
    expect(challenged.status).toBe(401);
    expect(challenged.headers['www-authenticate']).toMatch(/error="insufficient_claims", claims="eyJ/);
  });

  it('gets a claims challenge by fault, and only where the client understands one', async () => {
    world.fault('graph.claims-challenge', { mailbox: SALES }, 1);
    expect((await ask(messages, await world.token())).status).toBe(200);
    const capable = await world.token({ claims: { xms_cc: ['cp1'] } });
    expect((await ask(messages, capable)).headers['www-authenticate']).toContain('insufficient_claims');
    expect((await ask(messages, capable)).status).toBe(200);
  });
});

describe('permissions', () => {
  it('are those of the token: none, the wrong one, the right one', async () => {
    const withRoles = (...roles: string[]): Promise<string> => world.token({ roles });
    expect(errorOf(await ask(messages, await withRoles()))).toEqual([403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.']);
    expect((await ask(messages, await withRoles('Mail.Send'))).status).toBe(403);
    expect((await ask(messages, await withRoles('Mail.Read'))).status).toBe(200);
  });

  it('of Mail.ReadBasic show neither bodies nor attachments', async () => {
    const message = world.put(['Subject: secret', 'Content-Type: text/plain', '', 'hidden text']);
    const token = await world.token({ roles: ['Mail.ReadBasic.All'] });
    const at = `${messages}/${encodeURIComponent(world.mailbox.ordinaryId(message))}`;
    const { json, text } = await ask(at, token);
    expect(json['subject']).toBe('secret');
    expect(text).not.toContain('hidden text');
    expect((await ask(`${at}/$value`, token)).status).toBe(403);
    expect((await ask(`${at}/attachments`, token)).status).toBe(403);
  });

  it('reach other mailboxes for a user only as a delegate with a shared scope', async () => {
    const shared = '/users/shared@contoso.test/messages';
    expect((await ask(shared, await world.userToken(SALES, { scopes: ['Mail.Read'] }))).status).toBe(403);
    expect((await ask(shared, await world.userToken(SALES, { scopes: ['Mail.Read.Shared'] }))).status).toBe(200);
    expect((await ask(shared, await world.userToken(SUPPORT, { scopes: ['Mail.Read.Shared'] }))).status).toBe(403);
  });

  it.each(Object.entries(documented()))('include each that Microsoft names for %s', (operation, { delegated, application }) => {
    const [method = '', path = ''] = operation.split(' ');
    const route = MAILBOX_ROUTES.find(path.split('/').slice(3))?.methods.get(method);
    expect(route?.scope).toBe('mailbox');
    const allowed = PERMISSIONS[(route as { permission: PermissionName }).permission];
    expect(allowed.delegated).toEqual(expect.arrayContaining([...delegated]));
    expect(allowed.application).toEqual(expect.arrayContaining([...application]));
  });
});

describe('the reach of an app', () => {
  it('is narrowed by an Application Access Policy, and widened by RBAC, which needs no role in the token', async () => {
    const app = world.tenant.directory.addApp({ roles: [{ resource: 'graph', role: 'Mail.Read' }], accessPolicy: { kind: 'restrict', mailboxes: [SUPPORT] } });
    const token = await world.token({ app });
    expect((await ask(`/users/${SUPPORT}/messages`, token)).status).toBe(200);
    expect(errorOf(await ask(messages, token))).toEqual([403, 'ErrorAccessDenied', 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.']);
    world.tenant.directory.updateApp(app.clientId, { rbac: [{ role: 'Application Mail.Read', mailboxes: [SALES] }] });
    expect((await ask(messages, token)).status).toBe(200);
    const bare = world.tenant.directory.addApp({ rbac: [{ role: 'Application Mail Full Access', mailboxes: [SALES] }] });
    expect((await ask(messages, await world.token({ app: bare }))).status).toBe(200);
    expect((await ask(`/users/${SUPPORT}/messages`, await world.token({ app: bare }))).status).toBe(403);
  });

  it('leaves a mailbox out by fault', async () => {
    world.fault('graph.out-of-scope', { mailbox: SALES }, 1);
    expect(errorOf(await ask(messages, await world.token()))).toEqual([403, 'ErrorAccessDenied', expect.stringContaining('[RAOP]')]);
    expect((await ask(messages, await world.token())).status).toBe(200);
  });
});

/** Mail operations of Microsoft's permission data that this door has. */
function documented(): Readonly<Record<string, { readonly delegated: readonly string[]; readonly application: readonly string[] }>> {
  type Kind = 'DelegatedWork' | 'Application';
  type Data = { readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Partial<Record<Kind, readonly { readonly permission: string }[]>>>>>>> };
  const { paths } = JSON.parse(readFileSync(new URL('vectors/graph-mail-permissions.json', import.meta.url), 'utf8')) as Data;
  const names = (list: readonly { readonly permission: string }[] = []): readonly string[] => list.map(({ permission }) => permission);
  return Object.fromEntries(
    Object.entries(paths).flatMap(([path, methods]) => {
      if (!path.startsWith('/users/{id}/')) return [];
      return Object.entries(methods).flatMap(([method, kinds]) => {
        const has = MAILBOX_ROUTES.find(path.split('/').slice(3))?.methods.has(method);
        return has ? [[`${method} ${path}`, { delegated: names(kinds.DelegatedWork), application: names(kinds.Application) }]] : [];
      });
    }),
  );
}
