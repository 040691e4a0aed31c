import { badRequest, unknownSegment } from './graph-error.ts';

/** What a request is about, read from its URL. */
export interface Target {
  /** Path segments behind `/v1.0`, decoded; `name('key')` is two of them (OData 4.01 URL conventions §4.3). */
  readonly segments: readonly string[];
  /** Query options by name, in lower case. The `$` of system options may be left out, as Graph lets it. */
  readonly query: ReadonlyMap<string, string>;
}

const SYSTEM_OPTIONS = new Set(['select', 'filter', 'orderby', 'top', 'skip', 'count', 'search', 'expand']);
const VERSION = 'v1.0';

export function parseTarget(url: string): Target {
  const mark = url.indexOf('?');
  const [version, ...segments] = segmentsOf(mark === -1 ? url : url.slice(0, mark));
  if (version?.toLowerCase() !== VERSION) throw badRequest('Invalid version.');
  return { segments, query: mark === -1 ? new Map() : queryOf(url.slice(mark + 1)) };
}

export function queryOf(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(text)) {
    const name = key.toLowerCase();
    query.set(SYSTEM_OPTIONS.has(name) ? `$${name}` : name, value);
  }
  return query;
}

function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const part of path.split('/')) {
    if (part === '') continue;
    const segment = part.includes('%') ? decoded(part) : part;
    const [, name, key] = segment.endsWith(')') ? (/^([^(]+)\('(.*)'\)$/.exec(segment) ?? []) : [];
    if (name !== undefined && key !== undefined) segments.push(name, key.replaceAll("''", "'"));
    else segments.push(segment);
  }
  return segments;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw unknownSegment(part);
  }
}

/** The same address with other query options: what nextLinks and deltaLinks are made of. */
export function withQuery(address: string, options: Iterable<readonly [string, string]>): string {
  const query = [...options].map(([name, value]) => `${encodeURIComponent(name).replace('%24', '$')}=${encodeURIComponent(value)}`).join('&');
  return `${address.split('?', 1)[0] ?? ''}${query === '' ? '' : `?${query}`}`;
}
