import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FETCHES, leanly, rejectionOf, withFetch } from './both-fetches.ts';
import { webServer } from './web-server.ts';

const PIECE = Buffer.alloc(64 * 1_024);

/** So many pieces as the connection takes. */
const endless = () =>
  webServer((_, response) => {
    const write = (): void => {
      while (!response.destroyed && response.write(PIECE));
    };
    response.on('drain', write);
    write();
  });

const caught = async (promise: Promise<unknown>): Promise<{ readonly name: string; readonly message: string; readonly cause: unknown }> => {
  const { name, message, cause } = (await rejectionOf(promise)) as Error & { readonly cause?: Error & { readonly code?: string } };
  return { name, message, cause: cause?.code ?? cause?.message };
};

describe.each(FETCHES)('how $name fails', ({ over }) => {
  it('rejects with the reason of its signal, before, during and after the header of the answer', async () => {
    await using server = await webServer((_, response) => response.write('one'));
    await using silent = await webServer(() => {});
    await withFetch(over, async (fetch) => {
      const reason = { not: 'an error' };
      await expect(fetch(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(server.requests).toHaveLength(0);

      const during = new AbortController();
      const asking = rejectionOf(fetch(silent.url, { signal: during.signal }));
      await expect.poll(() => silent.requests.length).toBe(1);
      during.abort(reason);
      expect(await asking).toBe(reason);
      await expect.poll(() => silent.open.size).toBe(0);

      const after = new AbortController();
      const response = await fetch(server.url, { signal: after.signal });
      const reading = rejectionOf(response.text());
      after.abort(reason);
      expect(await reading).toBe(reason);
      await expect.poll(() => server.open.size).toBe(0);

      const streaming = new AbortController();
      const reader = (await fetch(server.url, { signal: streaming.signal })).body!.getReader();
      await reader.read();
      const next = rejectionOf(reader.read());
      streaming.abort(reason);
      expect(await next).toBe(reason);
    });
  });

  it('tells a network that fails as a TypeError whose cause says how', async () => {
    const server = await webServer((request) => request.socket.destroy());
    await withFetch(over, async (fetch) => {
      expect(await caught(fetch(server.url))).toEqual({ name: 'TypeError', message: 'fetch failed', cause: 'UND_ERR_SOCKET' });
      await server[Symbol.asyncDispose]();
      expect(await caught(fetch(server.url))).toEqual({ name: 'TypeError', message: 'fetch failed', cause: 'ECONNREFUSED' });
    });
  });

  it('refuses a redirect where it was told to', async () => {
    await using server = await webServer((_, response) => response.writeHead(302, { location: '/other' }).end());
    await withFetch(over, async (fetch) => {
      expect(await caught(fetch(server.url))).toEqual({ name: 'TypeError', message: 'fetch failed', cause: 'unexpected redirect' });
    });
  });

  it('tells an answer that breaks off to whoever reads it', async () => {
    await using server = await webServer((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => void setTimeout(() => response.destroy(), 20));
    });
    await withFetch(over, async (fetch) => {
      const expected = { name: 'TypeError', message: 'terminated', cause: 'UND_ERR_SOCKET' };
      expect(await caught((await fetch(server.url)).text())).toEqual(expected);
      const reader = (await fetch(server.url)).body!.getReader();
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('half');
      expect(await caught(reader.read())).toEqual(expected);
    });
  });

  it('tells what cannot be unpacked', async () => {
    await using server = await webServer((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed at all'));
    await using often = await webServer((_, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip, gzip, gzip, gzip, gzip' }).end(gzipSync('')));
    await withFetch(over, async (fetch) => {
      expect(await caught((await fetch(server.url)).text())).toMatchObject({ name: 'TypeError', message: 'terminated' });
      expect(await caught(fetch(often.url))).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
    });
  });

  it('tells what breaks off on the way to the server', async () => {
    await using server = await webServer(() => {});
    await withFetch(over, async (fetch) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('one');
        throw new Error('no more');
      }
      const asking = fetch(server.url, { method: 'PUT', duplex: 'half', body: broken() });
      expect(await rejectionOf(asking)).toBeInstanceOf(TypeError);
      await expect.poll(() => server.open.size).toBe(0);
    });
  });

  it('lets the server wait for a reader who is slow', async () => {
    let sent = 0;
    await using server = await webServer((_, response) => {
      const write = (): void => {
        for (let goesOn = !response.destroyed; goesOn; sent += PIECE.byteLength) goesOn = response.write(PIECE);
      };
      response.on('drain', write);
      write();
    });
    await withFetch(over, async (fetch) => {
      const reader = (await fetch(server.url)).body!.getReader();
      for (let read = 0; read < 1_000_000; ) read += (await reader.read()).value!.byteLength;
      const settled = async (): Promise<number> => {
        const before = sent;
        await sleep(50);
        return before === sent ? sent : settled();
      };
      const early = await settled();
      for (let read = 0; read < 20_000_000; ) read += (await reader.read()).value!.byteLength;
      await expect.poll(() => sent).toBeGreaterThan(early);
    });
  });

  it('cuts the connection of an answer that is called off', async () => {
    await using server = await endless();
    await withFetch(over, async (fetch) => {
      await (await fetch(server.url)).body!.cancel();
      await expect.poll(() => server.open.size).toBe(0);
      const reader = (await fetch(server.url)).body!.getReader();
      await reader.read();
      await reader.cancel();
      await expect.poll(() => server.open.size).toBe(0);
      for await (const _ of (await fetch(server.url)).body!) break;
      await expect.poll(() => server.open.size).toBe(0);
    });
  });

  it('cuts the connection of an answer that nobody will read any more', async () => {
    await using server = await endless();
    await withFetch(over, async (fetch) => {
      const forget = async (): Promise<void> => void (await fetch(server.url)).status;
      await forget();
      expect(server.open.size).toBe(1);
      await expect.poll(() => collectGarbage().then(() => server.open.size), { timeout: 10_000 }).toBe(0);
    });
  });
});

/** Without a flag of Node's. */
async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  await sleep(10);
}

describe('the lean fetch and its connections', () => {
  it('cuts the connection also when somebody has begun to read', async () => {
    await using server = await endless();
    await withFetch(leanly, async (fetch) => {
      const forget = async (): Promise<void> => void (await (await fetch(server.url)).body!.getReader().read());
      await forget();
      expect(server.open.size).toBe(1);
      await expect.poll(() => collectGarbage().then(() => server.open.size), { timeout: 10_000 }).toBe(0);
    });
  });

  it('keeps the stream of an answer that nobody else holds', async () => {
    const server = await webServer((_, response) => response.end(Buffer.alloc(2_000_000)));
    await withFetch(leanly, async (fetch) => {
      const { body } = await fetch(server.url);
      const text = fetch(server.url).then((response) => response.text());
      let size = 0;
      for await (const chunk of body!) {
        size += chunk.byteLength;
        if (size < 300_000) await collectGarbage();
      }
      expect([size, (await text).length]).toEqual([2_000_000, 2_000_000]);
    });
    await server[Symbol.asyncDispose]();
  });

  it('takes back a request that waits for a connection, and leaves the connection to the next', async () => {
    const answers: (() => void)[] = [];
    await using server = await webServer((_, response) => answers.push(() => response.end('done')));
    await withFetch(leanly, async (fetch) => {
      const first = fetch(server.url).then((response) => response.text());
      await expect.poll(() => answers.length).toBe(1);
      const caller = new AbortController();
      const second = rejectionOf(fetch(server.url, { signal: caller.signal }));
      const reason = new Error('enough');
      const third = fetch(server.url).then((response) => response.text());
      caller.abort(reason);
      expect(await second).toBe(reason);
      answers.shift()!();
      expect(await first).toBe('done');
      await expect.poll(() => answers.length).toBe(1);
      answers.shift()!();
      expect(await third).toBe('done');
      expect([server.requests.length, server.numberOf(server.requests[1]!.socket)]).toEqual([2, 1]);
    }, { connections: 1 });
  });
});
