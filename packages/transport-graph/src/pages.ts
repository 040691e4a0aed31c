import type { GraphClient } from './http/client.ts';
import type { GraphRequest } from './http/request.ts';

export interface Page<T> {
  readonly value?: readonly T[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

/** Follows the links as they stand (FACTS.md E2): what a page is followed by is the server's business. */
export async function* pagesOf<T>(client: GraphClient, request: GraphRequest): AsyncGenerator<readonly T[], void, undefined> {
  let next: GraphRequest | undefined = request;
  while (next) {
    const page: Page<T> = await client.json<Page<T>>(next);
    yield page.value ?? [];
    const link = page['@odata.nextLink'];
    const { query: _, ...same }: GraphRequest = next;
    next = link === undefined ? undefined : { ...same, path: link };
  }
}

/** For collections that are never large. */
export async function allOf<T>(client: GraphClient, request: GraphRequest): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pagesOf<T>(client, request)) all.push(...page);
  return all;
}
