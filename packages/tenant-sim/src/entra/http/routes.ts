import type { EntraContext } from '../context.ts';
import { instanceDiscovery, openIdConfiguration } from '../discovery.ts';
import { EntraError } from '../error.ts';
import { withBasic } from '../form.ts';
import { startDeviceCode } from '../sign-in/device.ts';
import { answerTokenRequest } from '../token-endpoint.ts';
import { type Asked, authorityOf, baseOf, type EntraServer, formOf } from './server.ts';

/** Regional endpoints, by the name a client called: `westeurope.login.microsoft.com`. */
const REGIONAL = /^[a-z0-9]+\.login\.microsoft\.com(:\d+)?$/i;

/** What programs ask for. */
export function addRoutes(server: EntraServer, context: EntraContext): void {
  const token = async (asked: Asked): Promise<object> => {
    if (REGIONAL.test(asked.host)) throw new EntraError(100007);
    const { authorization, origin } = asked.headers;
    const form = withBasic(formOf(asked), typeof authorization === 'string' ? authorization : undefined);
    return await answerTokenRequest(context, authorityOf(context, asked), form, typeof origin === 'string' ? origin : undefined);
  };

  server.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    if (typeof origin === 'string') void reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
  });
  for (const version of ['/v2.0', '']) {
    server.post(`/:tenant/oauth2${version}/token`, token);
    server.get(`/:tenant/oauth2${version}/token`, async () => {
      throw new EntraError(900561, { status: 405, values: { allowed: 'POST, OPTIONS', method: 'GET' } });
    });
    server.get(`/:tenant${version}/.well-known/openid-configuration`, async (asked) => openIdConfiguration(context, authorityOf(context, asked)));
    server.get(`/:tenant/discovery${version}/keys`, async (asked) => {
      authorityOf(context, asked);
      return context.tokens.jwks;
    });
    server.post(`/:tenant/oauth2${version}/devicecode`, async (asked) => startDeviceCode(context, authorityOf(context, asked), formOf(asked)));
  }
  server.options('/:tenant/oauth2/v2.0/token', async (_asked, reply) => {
    void reply.headers({ 'access-control-allow-methods': 'POST, OPTIONS', 'access-control-allow-headers': 'content-type, client-request-id' });
    return reply.status(204).send();
  });
  server.get('/common/discovery/instance', async (asked) => instanceDiscovery(baseOf(asked), formOf(asked)));
}
