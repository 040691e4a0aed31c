import { gzipSync, brotliCompressSync, deflateSync, zstdCompressSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FETCHES, withFetch } from './both-fetches.ts';
import { webServer } from './web-server.ts';

const BODY = '{"value":"Grüße"}';
const LARGE = Buffer.alloc(3_000_000, 'Signalbox ');
const whole = (response: ServerResponse, content: string | Uint8Array, headers: Record<string, string | string[]> = {}, status = 200): void => {
  response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...headers });
  response.end(content);
};
const packed = (response: ServerResponse, encoding: string, content: Uint8Array): void => whole(response, content, { 'content-encoding': encoding });

async function chunksOf(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body!) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const digest = (content: Uint8Array): readonly [number, string] => [content.byteLength, Buffer.from(content.subarray(-20)).toString('latin1')];

interface Case {
  readonly what: string;
  readonly answer: (response: ServerResponse) => unknown;
  readonly read: (response: Response) => unknown;
  readonly init?: RequestInit;
  /** Beside what undici’s own makes of it. */
  readonly expected?: unknown;
}

const CASES: readonly Case[] = [
  { what: 'text', answer: (to) => whole(to, BODY), read: (from) => from.text(), expected: BODY },
  { what: 'JSON', answer: (to) => whole(to, BODY), read: (from) => from.json(), expected: { value: 'Grüße' } },
  { what: 'text with a mark of byte order, and octets that are not UTF-8', answer: (to) => whole(to, Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62])), read: (from) => from.text(), expected: 'a\uFFFDb' },
  { what: 'a buffer', answer: (to) => whole(to, BODY), read: async (from) => digest(new Uint8Array(await from.arrayBuffer())) },
  { what: 'octets that are the reader’s own', answer: (to) => whole(to, BODY), read: async (from) => ((octets) => [octets.constructor.name, octets.buffer.byteLength])(await from.bytes()), expected: ['Uint8Array', 19] },
  { what: 'a large buffer', answer: (to) => whole(to, LARGE), read: async (from) => digest(new Uint8Array(await from.arrayBuffer())), expected: digest(LARGE) },
  { what: 'a blob', answer: (to) => whole(to, BODY, { 'content-type': 'application/json' }), read: async (from) => ((blob) => [blob.type, blob.size])(await from.blob()), expected: ['application/json', 19] },
  { what: 'a form', answer: (to) => whole(to, 'a=1&b=2', { 'content-type': 'application/x-www-form-urlencoded' }), read: async (from) => [...(await from.formData())], expected: [['a', '1'], ['b', '2']] },
  { what: 'a stream', answer: (to) => whole(to, LARGE), read: async (from) => digest(await chunksOf(from.body)), expected: digest(LARGE) },
  { what: 'pieces that are plain octets', answer: (to) => whole(to, BODY), read: async (from) => (await from.body!.getReader().read()).value?.constructor.name, expected: 'Uint8Array' },
  {
    what: 'a stream read into a buffer of one’s own',
    answer: (to) => whole(to, 'abcdef'),
    async read(from) {
      const reader = from.body!.getReader({ mode: 'byob' });
      const first = await reader.read(new Uint8Array(4));
      const second = await reader.read(new Uint8Array(4));
      const last = await reader.read(new Uint8Array(4));
      return [first, second, last].map(({ done, value }) => [done, Buffer.from(value ?? []).toString()]);
    },
    expected: [[false, 'abcd'], [false, 'ef'], [true, '']],
  },
  { what: 'text through a pipe', answer: (to) => whole(to, BODY), read: (from) => new Response(from.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream())).text(), expected: BODY },
  { what: 'text of two branches', answer: (to) => whole(to, BODY), read: (from) => Promise.all(from.body!.tee().map((branch) => new Response(branch).text())), expected: [BODY, BODY] },
  { what: 'a clone and itself', answer: (to) => whole(to, BODY), read: async (from) => ((clone) => Promise.all([clone.text(), from.json(), Promise.resolve([clone.url === from.url, clone.status, from.bodyUsed])]))(from.clone()), expected: [BODY, { value: 'Grüße' }, [true, 200, true]] },
  { what: 'a stream that was looked at and not read', answer: (to) => whole(to, BODY), read: async (from) => [from.body !== null, from.bodyUsed, await from.text(), from.bodyUsed], expected: [true, false, BODY, true] },
  { what: 'content without a length', answer: (to) => (to.write('one '), to.end('two')), read: (from) => from.text(), expected: 'one two' },
  { what: 'no content', answer: (to) => to.writeHead(204).end(), read: async (from) => [from.status, from.body, await from.text(), from.bodyUsed, (await from.arrayBuffer()).byteLength], expected: [204, null, '', false, 0] },
  { what: 'content that has not changed', answer: (to) => to.writeHead(304, { etag: '"1"' }).end(), read: async (from) => [from.status, from.ok, from.body, from.headers.get('etag')], expected: [304, false, null, '"1"'] },
  { what: 'content that is empty', answer: (to) => whole(to, ''), read: async (from) => [from.body !== null, await from.text(), from.bodyUsed], expected: [true, '', true] },
  { what: 'a header without its content', init: { method: 'HEAD' }, answer: (to) => whole(to, BODY), read: async (from) => [from.body, from.headers.get('content-length'), await from.text()], expected: [null, '19', ''] },
  { what: 'a refusal', answer: (to) => whole(to, '{"error":{}}', { 'retry-after': '2' }, 429), read: async (from) => [from.status, from.ok, from.statusText, from.headers.get('Retry-After'), from.headers.has('x-none'), from.headers.get('constructor'), await from.json()] },
  { what: 'a redirect that is looked at', init: { redirect: 'manual' }, answer: (to) => whole(to, '', { location: '/other' }, 302), read: (from) => [from.status, from.redirected, from.headers.get('location')], expected: [302, false, '/other'] },
  { what: 'names that stand twice', answer: (to) => whole(to, '', { 'set-cookie': ['a=1', 'b=2'], 'x-two': ['1', '2'], date: 'now', connection: 'keep-alive' }), read: (from) => [from.headers.get('set-cookie'), from.headers.getSetCookie(), from.headers.get('x-two'), [...from.headers], [...from.headers.keys()], [...from.headers.values()]] },
  { what: 'a header that cannot be changed', answer: (to) => whole(to, ''), read: (from) => ['append', 'set', 'delete'].map((name) => { try { (from.headers as unknown as Record<string, (...of: string[]) => void>)[name]!('a', 'b'); return 'changed'; } catch (error) { return (error as Error).name; } }), expected: ['TypeError', 'TypeError', 'TypeError'] },
  { what: 'a header given to another', answer: (to) => whole(to, '', { 'x-one': '1' }), read: (from) => new Headers(from.headers).get('x-one'), expected: '1' },
  { what: 'gzip', answer: (to) => packed(to, 'gzip', gzipSync(BODY)), read: async (from) => [await from.text(), from.headers.get('content-encoding')], expected: [BODY, 'gzip'] },
  { what: 'gzip, in large', answer: (to) => packed(to, 'x-gzip', gzipSync(LARGE)), read: async (from) => digest(await chunksOf(from.body)), expected: digest(LARGE) },
  { what: 'gzip that lacks its end', answer: (to) => packed(to, 'gzip', gzipSync(BODY).subarray(0, -8)), read: (from) => from.text(), expected: BODY },
  { what: 'gzip of nothing', answer: (to) => packed(to, 'gzip', Buffer.alloc(0)), read: (from) => from.text(), expected: '' },
  { what: 'brotli', answer: (to) => packed(to, 'br', brotliCompressSync(BODY)), read: (from) => from.text(), expected: BODY },
  { what: 'deflate', answer: (to) => packed(to, 'deflate', deflateSync(BODY)), read: (from) => from.text(), expected: BODY },
  { what: 'zstandard', answer: (to) => packed(to, 'zstd', zstdCompressSync(BODY)), read: (from) => from.text(), expected: BODY },
  { what: 'content packed twice', answer: (to) => packed(to, 'deflate, gzip', gzipSync(deflateSync(LARGE))), read: async (from) => digest(await from.bytes()), expected: digest(LARGE) },
  { what: 'a coding that nobody knows', answer: (to) => packed(to, 'acme', Buffer.from(BODY)), read: (from) => from.text(), expected: BODY },
];

describe('what the lean fetch answers', () => {
  for (const { what, answer, read, init, ...rest } of CASES) {
    it(`answers as undici’s own does: ${what}`, async () => {
      await using server = await webServer((_, response) => {
        response.sendDate = false;
        answer(response);
      });
      const seen: unknown[] = [];
      for (const { over } of FETCHES) seen.push(await withFetch(over, async (fetch) => read(await fetch(`${server.url}/path?a=b#c`, init))));
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]).toEqual('expected' in rest ? rest.expected : seen[1]);
    });
  }

  for (const { name, over } of FETCHES) {
    it(`is read once: ${name}`, async () => {
      await using server = await webServer((_, response) => response.end(BODY));
      await withFetch(over, async (fetch) => {
        const response = await fetch(server.url);
        expect([response.url, response.type, response.redirected, Object.prototype.toString.call(response)]).toEqual([`${server.url}/`, 'basic', false, '[object Response]']);
        await response.text();
        await expect(response.text()).rejects.toThrow(TypeError);
        expect(() => response.clone()).toThrow(TypeError);
        const second = await fetch(server.url);
        second.body!.getReader();
        await expect(second.json()).rejects.toThrow(TypeError);
        await expect((await fetch(server.url)).formData()).rejects.toThrow(TypeError);
      });
    });
  }
});
