import { Agent, type Dispatcher, fetch, request, type Response } from 'undici';
import type { Tenant } from '../src/index.ts';

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
  browser(): Browser;
}

/** Forms, cookies and no script. */
export interface Browser {
  /** Where the last answer sends the browser; empty when it is a page. */
  readonly location: string;
  readonly html: string;
  readonly status: number;
  /** The words of the page's heading. */
  readonly heading: string;
  /** The code of the refusal that the page tells, if it tells one. */
  readonly refusal: number | undefined;
  /** What the redirect carries. */
  readonly returned: Fields;
  open(url: string): Promise<Browser>;
  /** Posts the form that has these fields, with its hidden ones. */
  submit(fields: Fields): Promise<Browser>;
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
    browser: () => openBrowser(at, (url, init) => fetch(url, { ...init, redirect: 'manual', dispatcher: agent })),
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

async function toJson({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<JsonAnswer> {
  return { status: statusCode, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])), body: (await body.json()) as JsonAnswer['body'] };
}

type Go = (url: string, init: { readonly method?: string; readonly body?: URLSearchParams; readonly headers: Fields }) => Promise<Response>;

function openBrowser(at: (path: string) => string, go: Go): Browser {
  const cookies = new Map<string, string>();
  const seen = { location: '', html: '', status: 0 };
  const take = async (response: Response): Promise<Browser> => {
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]!.split('=');
      cookies.set(name, value);
    }
    Object.assign(seen, { location: response.headers.get('location') ?? '', html: await response.text(), status: response.status });
    return browser;
  };
  const headers = (): Fields => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
  const browser: Browser = {
    get location() {
      return seen.location;
    },
    get html() {
      return seen.html;
    },
    get status() {
      return seen.status;
    },
    get heading() {
      return /<h1>([^<]*)/.exec(seen.html)?.[1] ?? '';
    },
    get refusal() {
      const code = /AADSTS(\d+)/.exec(seen.html)?.[1];
      return code === undefined ? undefined : Number(code);
    },
    get returned() {
      if (seen.location === '') return inputsOf(seen.html);
      const { search, hash } = new URL(seen.location);
      return Object.fromEntries(new URLSearchParams(hash.slice(1) || search));
    },
    open: async (url) => take(await go(at(url), { headers: headers() })),
    async submit(fields) {
      const { action, inputs } = formWith(seen.html, Object.keys(fields));
      return take(await go(at(action), { method: 'POST', body: new URLSearchParams({ ...inputs, ...fields }), headers: headers() }));
    },
  };
  return browser;
}

const unescape = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const inputsOf = (markup: string): Fields => Object.fromEntries([...markup.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescape(value)]));

function formWith(markup: string, names: readonly string[]): { readonly action: string; readonly inputs: Fields } {
  for (const [, action = '', content = ''] of markup.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)) {
    if (names.every((name) => content.includes(`name="${name}"`))) return { action: unescape(action), inputs: inputsOf(content) };
  }
  throw new Error(`No form has ${names.join(', ')}: ${markup}`);
}
