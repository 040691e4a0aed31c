import { expect } from 'vitest';
import { example, type Exchange } from './transcript.ts';

/** A request that arrived, or an item of a batch. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What Graph takes for the same: `/me` and the mailbox by name, `('id')` and `/id`, and any case in names. */
const sameForGraph = (path: string, mailbox: string): string =>
  decodeURIComponent(path)
    .replaceAll(/\('([^']*)'\)/g, '/$1')
    .replace(/^\/v1\.0\/me(?=\/)/, `/v1.0/users/${mailbox}`)
    .replaceAll(/\/(?:mailfolders|sendmail)(?=\/|$)/gi, (name) => name.toLowerCase());

/** Of the documentation's headers these say something of the request itself; lengths of JSON are those of its placeholders. */
const matters = (name: string, method: string): boolean => !/^(?:content-length|authorization|accept)$/i.test(name) || (method === 'PUT' && /^content-length$/i.test(name));

/** Fails where a request is not the documented one, or not what the transcript says instead. */
export function expectAsked({ method, url, headers, body }: Asked, exchange: Exchange, mailbox: string): void {
  const documented = exchange.example === undefined ? undefined : example(exchange.example).request;
  const composed = exchange.request ?? {};
  const wanted = composed.path ?? Object.entries(exchange.fill ?? {}).reduce((path, [placeholder, value]) => path.replace(placeholder, value), documented?.path ?? '');
  expect(`${method} ${sameForGraph(url.pathname, mailbox)}`).toBe(`${composed.method ?? documented?.method} ${sameForGraph(wanted, mailbox)}`);
  const query = composed.query ?? Object.fromEntries(new URLSearchParams(documented?.query ?? ''));
  expect(Object.fromEntries(url.searchParams)).toMatchObject(query);
  const wantedHeaders = { ...(composed.headers ?? documented?.headers) };
  for (const [name, value] of Object.entries(wantedHeaders)) if (matters(name, method) || composed.headers) expect(`${name}: ${headers.get(name)}`).toBe(`${name}: ${value}`);
  const wantedBody = composed.body ?? (composed.headers?.['Content-Type'] === 'text/plain' ? undefined : documented?.body);
  if (wantedBody !== undefined && exchange.batch === undefined) expect(body).toMatchObject(wantedBody as object);
}
