import { badRequest } from './graph-error.ts';
import type { Preferences } from './prefer.ts';
import type { Target } from './target.ts';

/** One request, on its own or as an item of a batch. */
export interface GraphRequest extends Target {
  readonly method: string;
  /** Path and query as they came, from `/v1.0` on. */
  readonly url: string;
  /** `https://host:port`, by which the client reached us: links begin with it. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly preferences: Preferences;
  readonly requestId: string;
  readonly clientRequestId: string;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  /** What is given back when the answer is out. */
  readonly held: DisposableStack;
  /** Reads the body; rejects with 413 beyond Graph's limit (FACTS.md E6), or beyond a limit of the resource's own. */
  body(limit?: number): Promise<Buffer>;
}

export function header({ headers }: Pick<GraphRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The address without query: what links are made of. */
export const addressOf = ({ origin, url }: GraphRequest): string => `${origin}${url}`;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The body as a JSON object; none at all is an empty one, which actions without parameters take. */
export async function jsonBody(request: GraphRequest): Promise<JsonObject> {
  const text = (await request.body()).toString();
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below, in the same words.
  }
  throw badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.');
}

/** Parameters of actions: PascalCase in the CSDL, camelCase in the documentation, both are taken (FACTS.md E2). */
export function parameterOf(body: JsonObject, name: string): unknown {
  const wanted = name.toLowerCase();
  const key = Object.keys(body).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : body[key];
}

export const isMime = (request: GraphRequest): boolean => (header(request, 'content-type') ?? '').toLowerCase().startsWith('text/plain');
