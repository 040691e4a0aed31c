import { Agent, type Dispatcher, request } from 'undici';
import { openBrowser, type Tenant, type TestBrowser } from '../src/index.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Fields = Readonly<Record<string, string>>;

/** Plain HTTPS to the door `entra`, trusting the tenant's own authority. */
export interface EntraClient extends AsyncDisposable {
  readonly base: string;
  get(path: string, headers?: Fields): Promise<JsonAnswer>;
  post(path: string, form: Fields, headers?: Fields): Promise<JsonAnswer>;
  /** To the token endpoint of the tenant, or of whom `at` names. */
  token(form: Fields, options?: { readonly at?: string; readonly headers?: Fields }): Promise<JsonAnswer>;
  browser(): TestBrowser;
}

export function openClient(tenant: Tenant): EntraClient {
  const agent = new Agent({ connect: { ca: tenant.certificates.ca, servername: 'localhost' } });
  const base = `https://localhost:${tenant.doors.entra!.port}`;
  const at = (path: string): string => (path.startsWith('https:') ? path : `${base}${path}`);
  const post = async (path: string, form: Fields, headers: Fields = {}): Promise<JsonAnswer> => toJson(await request(at(path), { method: 'POST', body: new URLSearchParams(form).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8', ...headers }, dispatcher: agent }));
  return {
    base,
    post,
    get: async (path, headers = {}) => toJson(await request(at(path), { headers, dispatcher: agent })),
    token: (form, { at: authority = tenant.directory.tenant.id, headers } = {}) => post(`/${authority}/oauth2/v2.0/token`, form, headers),
    browser: () => openBrowser(tenant),
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

async function toJson({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<JsonAnswer> {
  return { status: statusCode, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])), body: (await body.json()) as JsonAnswer['body'] };
}
