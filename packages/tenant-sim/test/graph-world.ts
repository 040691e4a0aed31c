import { Agent, request as send } from 'undici';
import { isUpload } from '../src/graph/uploads/receive.ts';
import { queryOf } from '../src/graph/http/target.ts';
import { type FaultName, type FaultInput, type Mailbox, keptSource, type NewMessage, startTenant, type Tenant, type TenantOptions, type TokenRequest } from '../src/index.ts';
import { faultsOf } from './graph-fidelity.ts';

export const SALES = 'sales@contoso.test';
export const SUPPORT = 'support@contoso.test';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** Throws where the answer is not JSON. */
  readonly json: Json;
  /** `json.value`. */
  readonly value: readonly Json[];
}

export interface Json {
  readonly [key: string]: JsonValue;
}
// What a test reads out of answers it expects; whatever it is, the expectation says.
// eslint-disable-next-line typescript/no-explicit-any -- see above
export type JsonValue = any;

export interface Asking {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string | Buffer;
  /** The token keeps properties back, so that answers are not complete. */
  readonly isPartial?: boolean;
}

export interface GraphWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly mailbox: Mailbox;
  readonly baseUrl: string;
  /** For `me`: a token of the user. Any other path: of the app. Each answer is checked against Microsoft's description. */
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body?: Asking['body'], headers?: Readonly<Record<string, string>>): Promise<Answer>;
  patch(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  token(request?: Partial<TokenRequest>): Promise<string>;
  userToken(address?: string, request?: Partial<TokenRequest>): Promise<string>;
  /** Puts a message into the mailbox: header lines, an empty one, the body. */
  put(lines: readonly string[], message?: Partial<NewMessage> & { readonly folder?: string }): ReturnType<Mailbox['append']>;
  fault<N extends FaultName>(name: N, options?: FaultInput<N>, times?: number): void;
}

export async function openGraph(options: TenantOptions = {}): Promise<GraphWorld> {
  const tenant = await startTenant({ doors: ['graph'], ...options });
  const dispatcher = new Agent({ connect: { ca: tenant.certificates.ca }, connections: 16 });
  const baseUrl = tenant.doors.graph!.baseUrl;
  const mailbox = tenant.store.mailbox(SALES)!;
  const app = tenant.directory.apps()[0]!;
  const token = async (request: Partial<TokenRequest> = {}): Promise<string> => (await tenant.tokens.issue({ app, resource: 'graph', ...request })).token;
  const userToken = (address = SALES, request: Partial<TokenRequest> = {}): Promise<string> => token({ user: tenant.directory.user(address)!, ...request });
  const tokens = new Map<string, Promise<string>>();
  const selected = new Map<string, ReadonlyMap<string, string>>();
  const usual = (path: string): Promise<string> => {
    const kind = path.startsWith('/me') ? 'me' : 'app';
    const found = tokens.get(kind) ?? (kind === 'me' ? userToken() : token());
    tokens.set(kind, found);
    return found;
  };

  const ask: GraphWorld['ask'] = async (method, path, { token: given, headers = {}, body, isPartial = false } = {}) => {
    const url = path.startsWith('https://') ? path : `${baseUrl}${path}`;
    const isJson = body !== undefined && typeof body === 'object' && !Buffer.isBuffer(body);
    const authorization = given ?? (await usual(url.slice(baseUrl.length)));
    const response = await send(url, {
      dispatcher,
      method: method as 'GET',
      headers: { ...(authorization !== '' && { authorization: `Bearer ${authorization}` }), ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    const answer = answerOf(response.statusCode, response.headers as Record<string, string>, bytes);
    const { segments, query: own } = targetOf(url);
    // The links of a delta keep what its first request selected.
    const query = selected.get(url) ?? own;
    for (const [, link = ''] of answer.text.matchAll(/"@odata\.(?:next|delta)Link":"([^"]+)"/g)) selected.set(link, query);
    // Upload addresses are Outlook's, which nobody has described.
    const wrong = isUpload(new URL(url).pathname) ? [] : faultsOf({ method, segments, query, status: answer.status, contentType: answer.headers['content-type'] ?? '', body: bytes, isPartial });
    if (wrong.length > 0) throw new Error(`${method} ${path} → ${answer.status}: ${wrong.slice(0, 5).join('; ')}\n${answer.text.slice(0, 500)}`);
    return answer;
  };

  return {
    tenant,
    mailbox,
    baseUrl,
    ask,
    get: (path, headers) => ask('GET', path, { ...(headers && { headers }) }),
    post: (path, body, headers) => ask('POST', path, { ...(body !== undefined && { body }), ...(headers && { headers }) }),
    patch: (path, body, headers) => ask('PATCH', path, { body, ...(headers && { headers }) }),
    token,
    userToken,
    put: (lines, { folder = 'inbox', ...message } = {}) => mailbox.append(folder, { source: keptSource(Buffer.from(`${lines.join('\r\n')}\r\n`)), ...message }),
    fault: (name, options, times) => void tenant.faults.set(name, options, times === undefined ? {} : { times }),
    async [Symbol.asyncDispose]() {
      await dispatcher.close();
      await tenant[Symbol.asyncDispose]();
    },
  };
}

function answerOf(status: number, headers: Readonly<Record<string, string>>, bytes: Buffer): Answer {
  return {
    status,
    headers,
    bytes,
    get text() {
      return bytes.toString();
    },
    get json() {
      return JSON.parse(bytes.toString()) as Json;
    },
    get value() {
      return this.json['value'] as readonly Json[];
    },
  };
}

/** Segments and options as a client wrote them, for the description. */
function targetOf(url: string): { readonly segments: readonly string[]; readonly query: ReadonlyMap<string, string> } {
  const { pathname, search } = new URL(url);
  const segments = decodeURIComponent(pathname.replaceAll('%2F', '%252F'))
    .split('/')
    .slice(2)
    .filter((segment) => segment !== '')
    .flatMap((segment) => /^([^(]+)\('(.*)'\)$/.exec(segment)?.slice(1) ?? [segment]);
  return { segments, query: queryOf(search.slice(1)) };
}
