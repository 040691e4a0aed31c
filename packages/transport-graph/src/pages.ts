import type { GraphClient } from './http/client.ts';
import type { GraphRequest } from './http/request.ts';

export interface Page<T> {
  readonly value?: readonly T[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

/** Follows the links as they stand (FACTS.md E2): what a page is followed by is the server's business. */
export async function* pagesOf<T>(client: GraphClient, request: GraphRequest): AsyncGenerator<readonly T[], void, undefined> {
  for (let next: GraphRequest | undefined = request; next; ) {
    const page: Page<T> = await client.json<Page<T>>(next);
    next = following(next, page);
    yield page.value ?? [];
  }
}

/** The same for whoever wants all of it: while one page is worked on, the next is on its way. Whoever leaves lets one go to waste. */
export async function* pagesAhead<T>(client: GraphClient, request: GraphRequest): AsyncGenerator<readonly T[], void, undefined> {
  const over = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, over.signal]) : over.signal;
  const read = (next: GraphRequest): Promise<Page<T>> => {
    const reading = client.json<Page<T>>({ ...next, signal });
    reading.catch(() => {}); // told when its turn comes
    return reading;
  };
  try {
    for (let [next, reading]: [GraphRequest, Promise<Page<T>> | undefined] = [request, read(request)]; reading; ) {
      const page: Page<T> = await reading;
      const further = following(next, page);
      reading = further && read(further);
      next = further ?? next;
      yield page.value ?? [];
    }
  } finally {
    over.abort();
  }
}

function following(request: GraphRequest, page: Page<unknown>): GraphRequest | undefined {
  const { query: _, ...same } = request;
  const link = page['@odata.nextLink'];
  return link === undefined ? undefined : { ...same, path: link };
}

/** For collections that are never large. */
export async function allOf<T>(client: GraphClient, request: GraphRequest): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pagesOf<T>(client, request)) all.push(...page);
  return all;
}
