import { AuthenticationHandler, Client, type Context, type Middleware, RedirectHandler, RedirectHandlerOptions, RetryHandler, RetryHandlerOptions, TelemetryHandler } from '@microsoft/microsoft-graph-client';
import { Agent, fetch } from 'undici';
import type { GraphWorld } from './graph-world.ts';

export interface MicrosoftClient extends AsyncDisposable {
  readonly client: Client;
}

/** Microsoft's own client, which knows nothing of this simulator, with a token of the app. */
export async function openMicrosoftClient({ baseUrl, tenant, token }: Pick<GraphWorld, 'baseUrl' | 'tenant' | 'token'>): Promise<MicrosoftClient> {
  const dispatcher = new Agent({ connect: { ca: tenant.certificates.ca } });
  const accessToken = await token();
  const client = Client.initWithMiddleware({
    middleware: chain(new AuthenticationHandler({ getAccessToken: () => Promise.resolve(accessToken) }), sending(dispatcher)),
    baseUrl: baseUrl.replace('/v1.0', ''),
    customHosts: new Set(['localhost']),
  });
  return { client, [Symbol.asyncDispose]: () => dispatcher.close() };
}

/** The last handler of the client's chain, which has to trust the tenant's authority; the others are its own. */
function sending(dispatcher: Agent): Middleware {
  return {
    async execute(context: Context) {
      const { method = 'GET', headers, body } = context.options ?? {};
      const url = typeof context.request === 'string' ? context.request : context.request.url;
      const init = { dispatcher, method, ...(headers && { headers: headers as Record<string, string> }), ...(body && { body: body as string }) };
      context.response = await fetch(url, init);
    },
  };
}

/** As Client.init puts it together. */
function chain(authentication: AuthenticationHandler, last: Middleware): Middleware {
  const retry = new RetryHandler(new RetryHandlerOptions());
  const redirect = new RedirectHandler(new RedirectHandlerOptions());
  const telemetry = new TelemetryHandler();
  authentication.setNext(retry);
  retry.setNext(redirect);
  redirect.setNext(telemetry);
  telemetry.setNext(last);
  return authentication;
}
