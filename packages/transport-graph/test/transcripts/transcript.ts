import { readdirSync, readFileSync } from 'node:fs';

/** One request and its answer as the documentation has them. */
export interface Example {
  readonly request: { readonly method: string; readonly host: string; readonly path: string; readonly query: string | null; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown; readonly bodyText?: string } | null;
}

/** What is expected where it is not what the example asks. A query stands for the options that matter, all of which have to be there. */
export interface ComposedRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer of the documentation, by the number of its example, and what was composed of it. */
export interface Exchange {
  readonly example?: string;
  readonly request?: ComposedRequest;
  /** For placeholders in the path of the example. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly body?: unknown;
  /** Only what stands there in the body of the example. */
  readonly pick?: readonly (string | number)[];
  /** Written into the body, member by member. */
  readonly added?: unknown;
  /** In place of the `value` of the body. */
  readonly values?: readonly Exchange[];
  /** In place of the `responses` of a batch, last one first. */
  readonly batch?: readonly Exchange[];
  /** The connection is lost instead of an answer. */
  readonly lost?: boolean;
}

export interface Transcript {
  readonly kind: 'composed';
  readonly note?: string;
  readonly exchanges: readonly Exchange[];
}

const DIRECTORY = new URL('../__fixtures__/microsoft-examples/', import.meta.url);
const FILES = readdirSync(DIRECTORY);

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8'));

export const transcript = (name: string): Transcript => read(`composed/${name}.json`) as Transcript;

/** Those that end in an error, by the number of its example. */
export const errorTranscripts = (): Readonly<Record<string, Pick<Transcript, 'exchanges'>>> => (read('composed/errors.json') as { transcripts: Record<string, Transcript> }).transcripts;

export function example(number: string): Example {
  const file = FILES.find((name) => name.startsWith(`${number}-`));
  if (file === undefined) throw new Error(`There is no example ${number}.`);
  return read(file) as Example;
}

/** What is answered. */
export function answerTo({ example: number, status, body, pick = [], added, values }: Exchange): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown; readonly text?: string } {
  const response = number === undefined ? undefined : example(number).response;
  const documented = pick.reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>>)[name], response?.body);
  const whole = merged(body === undefined ? documented : body, added);
  return {
    status: status ?? response?.status ?? 200,
    headers: response?.headers ?? {},
    body: values ? { ...(whole as object), value: values.map((one) => answerTo(one).body) } : whole,
    ...(response?.bodyText !== undefined && { text: response.bodyText }),
  };
}

/** Members of an array go by their index. */
function merged(base: unknown, added: unknown): unknown {
  if (added === undefined) return base;
  if (typeof added !== 'object' || added === null || typeof base !== 'object' || base === null) return added;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(base) ? [...(base as unknown[])] : { ...base };
  for (const [name, value] of Object.entries(added)) (copy as Record<string, unknown>)[name] = merged((copy as Record<string, unknown>)[name], value);
  return copy;
}
