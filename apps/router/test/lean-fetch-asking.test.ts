import { describe, expect, it } from 'vitest';
import { leanRequestOf } from '../src/lean-fetch/request.ts';
import { FETCHES, rejectionOf, withFetch } from './both-fetches.ts';
import { contentOf, webServer } from './web-server.ts';

/** Tells what it was asked. */
const mirror = () =>
  webServer(async (request, response) => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, content: (await contentOf(request)).toString('latin1') }));
  });

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one ');
  yield Buffer.from('two');
}

const streamed = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('one '));
      controller.enqueue(Buffer.from('two'));
      controller.close();
    },
  });

const ASKING: readonly { readonly what: string; readonly init: () => RequestInit; readonly path?: string }[] = [
  { what: 'nothing but an address', init: () => ({}) },
  { what: 'a query, and a fragment that stays here', init: () => ({}), path: '/a%20b/ö?x=1&y=%2F#here' },
  { what: 'a query that is empty', init: () => ({}), path: '/list?' },
  { what: 'dots in the path', init: () => ({}), path: '/a/../b/./c' },
  { what: 'names in a record', init: () => ({ headers: { Prefer: 'IdType="ImmutableId"', authorization: 'Bearer abc' } }) },
  { what: 'names in pairs', init: () => ({ headers: [['x-one', '1'], ['x-two', 'é']] }) },
  { what: 'names in Headers', init: () => ({ headers: new Headers({ 'X-One': '1', Accept: 'application/json' }) }) },
  { what: 'an agent of its own', init: () => ({ headers: { 'user-agent': 'mine' } }) },
  { what: 'a range, which is never packed', init: () => ({ headers: { range: 'bytes=0-9' } }) },
  { what: 'text', init: () => ({ method: 'POST', body: 'Grüße' }) },
  { what: 'text of a type', init: () => ({ method: 'PATCH', body: '{}', headers: { 'Content-Type': 'application/json' } }) },
  { what: 'text that is empty', init: () => ({ method: 'POST', body: '' }) },
  { what: 'no content in a POST', init: () => ({ method: 'POST' }) },
  { what: 'octets', init: () => ({ method: 'PUT', body: Uint8Array.of(0, 255, 13, 10) }) },
  { what: 'octets out of a larger buffer', init: () => ({ method: 'PUT', body: new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2) }) },
  { what: 'a form', init: () => ({ method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'a b' }) }) },
  { what: 'an async iterable', init: () => ({ method: 'PUT', body: pieces(), duplex: 'half' }) },
  { what: 'a stream', init: () => ({ method: 'PUT', body: streamed(), duplex: 'half' }) },
  { what: 'a stream whose length is told', init: () => ({ method: 'PUT', body: streamed(), duplex: 'half', headers: { 'content-length': '7' } }) },
  { what: 'a DELETE', init: () => ({ method: 'DELETE' }) },
];

/** What a browser tells of its pages, and ours does not. */
const ofBrowsers = new Set(['accept-language', 'sec-fetch-mode', 'host']);

describe('what the lean fetch asks', () => {
  for (const { what, init, path = '/' } of ASKING) {
    it(`asks as undici’s own does: ${what}`, async () => {
      await using server = await mirror();
      const asked: Asked[] = [];
      for (const { over } of FETCHES) asked.push(await withFetch(over, async (fetch) => (await (await fetch(server.url + path, init())).json()) as Asked));
      const [ours, theirs] = asked.map(({ headers, ...rest }) => ({ ...rest, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ofBrowsers.has(name))) }));
      expect(ours).toEqual(theirs);
    });
  }

  it('leaves to undici’s own what it does not know, and what is refused', () => {
    const locked = new ReadableStream();
    locked.getReader();
    const lean = { redirect: 'error' } as const;
    const others: readonly [unknown, RequestInit][] = [
      ['https://one.example/', {}],
      ['https://one.example/', { redirect: 'follow' }],
      [new Request('https://one.example/'), lean],
      ['https://user:word@one.example/', lean],
      ['data:,one', lean],
      ['not an address', lean],
      ['https://one.example/', { ...lean, method: 'CONNECT' }],
      ['https://one.example/', { ...lean, method: 'get' }],
      ['https://one.example/', { ...lean, integrity: 'sha256-AAAA' }],
      ['https://one.example/', { ...lean, method: 'POST', body: new FormData() }],
      ['https://one.example/', { ...lean, method: 'POST', body: new Blob(['one']) }],
      ['https://one.example/', { ...lean, method: 'POST', body: new ArrayBuffer(1) }],
      ['https://one.example/', { ...lean, method: 'POST', body: streamed() }],
      ['https://one.example/', { ...lean, method: 'POST', body: locked, duplex: 'half' }],
      ['https://one.example/', { ...lean, body: 'one' }],
      ['https://one.example/', { ...lean, headers: [['a', '1'], ['A', '2']] }],
      ['https://one.example/', { ...lean, headers: { 'a b': '1' } }],
      ['https://one.example/', { ...lean, headers: { a: '1\r\nb: 2' } }],
      ['https://one.example/', { ...lean, headers: { a: ' 1' } }],
    ];
    expect(others.filter(([input, init]) => leanRequestOf(input, init) !== undefined)).toEqual([]);
    expect(leanRequestOf('https://one.example/', lean)).toBeDefined();
  });

  it('does not wait for the end of what it sends to be called off', async () => {
    await using server = await webServer(() => {});
    for (const { over } of FETCHES) {
      await withFetch(over, async (fetch) => {
        const caller = new AbortController();
        const asking = fetch(server.url, { method: 'PUT', duplex: 'half', signal: caller.signal, body: new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('one')) }) });
        const outcome = rejectionOf(asking);
        const reason = new Error('enough');
        await expect.poll(() => server.open.size).toBe(1);
        caller.abort(reason);
        expect(await outcome).toBe(reason);
        await expect.poll(() => server.open.size).toBe(0);
      });
    }
  });
});
