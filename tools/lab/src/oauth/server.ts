import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applyFault, json, type OAuthFaults } from './faults.ts';
import { CLIENT_ID, CLIENT_SECRET, Grants } from './grants.ts';
import { TokenIssuer, type Claims, type MintOptions } from './tokens.ts';
import { findForeign, type TrustedAuthority } from './trusted-authority.ts';

export interface OAuthStats {
  /** Requests to the token endpoint. */
  readonly token: number;
  /** Introspections, one for each login with a token. */
  readonly introspect: number;
}

export interface OAuthServer extends AsyncDisposable {
  readonly port: number;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly authorizeEndpoint: string;
  readonly introspectionEndpoint: string;
  readonly jwksUri: string;
  /** Asked by Dovecot whether a token opens somebody else's mailbox. */
  readonly delegateEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  mint(options: MintOptions): Promise<string>;
  revoke(token: string): Promise<void>;
  /** The lab's servers take the tokens of another authority, too, until the result is disposed of. */
  trust(authority: TrustedAuthority): Disposable;
  /** Replaces all faults; `{}` heals. */
  fault(faults: OAuthFaults): Promise<void>;
  stats(): OAuthStats;
}

export interface OAuthServerOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  /** May the holder of the token open the mailbox? Nobody may unless told. */
  readonly hasFullAccess?: (holder: string, mailbox: string) => boolean;
}

/** A small OAuth 2.0 authority on loopback: RS256 tokens, introspection for Dovecot, faults on request. */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  let faults: OAuthFaults = {};
  const counts = { token: 0, introspect: 0 };
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const issuer = `${base}/lab-tenant/v2.0`;
  const endpoints = {
    issuer,
    tokenEndpoint: `${base}/lab-tenant/oauth2/v2.0/token`,
    authorizeEndpoint: `${base}/lab-tenant/oauth2/v2.0/authorize`,
    introspectionEndpoint: `${base}/introspect`,
    jwksUri: `${base}/jwks`,
    delegateEndpoint: `${base}/delegate`,
  };
  const tokens = await TokenIssuer.create(issuer);
  const grants = new Grants(tokens);
  const trusted = new Set<TrustedAuthority>();
  const foreign = (token: string): ReturnType<typeof findForeign> => findForeign(trusted, token);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', base);
    const body = parse(request, await text(request));
    switch (url.pathname) {
      case '/introspect': {
        counts.introspect++;
        if (await applyFault(faults, 'introspect', response)) return;
        const token = body['token'] ?? '';
        return json(response, 200, introspection(tokens.check(token) ?? (await foreign(token))?.claims));
      }
      case '/delegate': {
        const { token = '', mailbox = '' } = body;
        const own = tokens.check(token);
        const other = own ? undefined : await foreign(token);
        const allowed = own ? options.hasFullAccess?.(own.upn, mailbox) : other?.authority.opens(other.claims.upn, mailbox);
        return json(response, 200, { allowed: allowed ?? false });
      }
      case '/lab-tenant/oauth2/v2.0/token': {
        counts.token++;
        if (await applyFault(faults, 'token', response)) return;
        const reply = grants.grant(body);
        return json(response, reply.status, reply.body);
      }
      case '/lab-tenant/oauth2/v2.0/authorize':
        return authorize(grants, url, response);
      case '/lab-tenant/v2.0/.well-known/openid-configuration':
        return json(response, 200, discovery(endpoints));
      case '/jwks':
        return json(response, 200, tokens.jwks);
      default:
        return json(response, 404, { error: 'not_found' });
    }
  }
  server.on('request', (request, response) => {
    answer(request, response).catch(() => json(response, 400, { error: 'invalid_request' }));
  });

  return {
    ...endpoints,
    port,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    mint: async (wanted) => tokens.mint(wanted),
    revoke: async (token) => tokens.revoke(token),
    trust(authority) {
      trusted.add(authority);
      return { [Symbol.dispose]: () => void trusted.delete(authority) };
    },
    fault: async (wanted) => {
      faults = wanted;
    },
    stats: () => ({ ...counts }),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** RFC 7662, with the `username` that Dovecot compares with the name used in SASL. */
function introspection(claims: Claims | undefined): unknown {
  if (claims === undefined) return { active: false };
  const { upn, scope, azp, exp, sub } = claims;
  return { active: true, username: upn, scope, client_id: azp, exp, sub, upn };
}

function authorize(grants: Grants, url: URL, response: ServerResponse): void {
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', grants.authorize(url.searchParams.get('login_hint') ?? 'alice@lab.test'));
  const state = url.searchParams.get('state');
  if (state !== null) back.searchParams.set('state', state);
  response.writeHead(302, { location: back.href }).end();
}

const discovery = (at: Pick<OAuthServer, 'issuer' | 'tokenEndpoint' | 'authorizeEndpoint' | 'introspectionEndpoint' | 'jwksUri'>): unknown => ({
  issuer: at.issuer,
  token_endpoint: at.tokenEndpoint,
  authorization_endpoint: at.authorizeEndpoint,
  introspection_endpoint: at.introspectionEndpoint,
  jwks_uri: at.jwksUri,
  scopes_supported: ['offline_access', 'IMAP.AccessAsUser.All', 'SMTP.Send'],
});

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function parse(request: IncomingMessage, body: string): Readonly<Record<string, string | undefined>> {
  if (request.headers['content-type']?.includes('json') === true) return JSON.parse(body) as Record<string, string>;
  return Object.fromEntries(new URLSearchParams(body));
}
