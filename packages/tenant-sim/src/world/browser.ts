import { Agent, fetch, type Response } from 'undici';
import type { Tenant } from '../tenant.ts';

type Fields = Readonly<Record<string, string>>;

/** A person at the pages of the door `entra`: forms, cookies and no script. */
export interface TestBrowser {
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
  open(url: string): Promise<TestBrowser>;
  /** Posts the form that has these fields, with its hidden ones. */
  submit(fields: Fields): Promise<TestBrowser>;
}

/** A new one, signed in nowhere, that trusts the tenant's own authority. Paths are those of the door `entra`. */
export function openBrowser(tenant: Tenant): TestBrowser {
  // Without pipelining there is no keep-alive either: nothing has to be closed.
  const agent = new Agent({ connect: { ca: tenant.certificates.ca, servername: 'localhost' }, pipelining: 0 });
  const at = (path: string): string => (path.startsWith('https:') ? path : new URL(path, tenant.doors.entra!.authority).href);
  const go = (url: string, init: { readonly method?: string; readonly body?: URLSearchParams; readonly headers: Fields }): Promise<Response> => fetch(url, { ...init, redirect: 'manual', dispatcher: agent });
  const cookies = new Map<string, string>();
  const seen = { location: '', html: '', status: 0 };
  const take = async (response: Response): Promise<TestBrowser> => {
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]!.split('=');
      cookies.set(name, value);
    }
    Object.assign(seen, { location: response.headers.get('location') ?? '', html: await response.text(), status: response.status });
    return browser;
  };
  const headers = (): Fields => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
  const browser: TestBrowser = {
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
