import { describe, expect, it } from 'vitest';
import { createExchange } from './http-exchange.ts';

const clock = { now: () => new Date('2026-11-24T12:00:00Z'), sleep: (_ms: number, signal?: AbortSignal) => new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('over')))) };
const CHUNK = new Uint8Array(65_536).fill(0x20);

describe('an answer of the token service', () => {
  it('is not read for ever where something else answers in its place', async () => {
    const seen = { octets: 0, isCancelled: false };
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          seen.octets += CHUNK.byteLength;
          if (seen.octets > 64 * 1_024 * 1_024) throw new Error('It was read on and on.');
          controller.enqueue(CHUNK);
        },
        cancel() {
          seen.isCancelled = true;
        },
      });
    const exchange = createExchange({ fetch: async () => new Response(endless()), clock, discovered: new Map() });
    await expect(exchange.send('POST', 'https://login.example/token')).rejects.toMatchObject({ code: 'protocol.violation', remedy: { who: 'operator' } });
    expect(seen).toMatchObject({ isCancelled: true });
    expect(seen.octets).toBeLessThan(4 * 1_024 * 1_024);
  });

  it('is read whole where letters lie across its pieces', async () => {
    const octets = new TextEncoder().encode('{"error_description":"Größe"}');
    const pieces = [octets.subarray(0, 25), octets.subarray(25)];
    const body = new ReadableStream({ pull: (controller) => (pieces.length > 0 ? controller.enqueue(pieces.shift()) : controller.close()) });
    const exchange = createExchange({ fetch: async () => new Response(body, { status: 400 }), clock, discovered: new Map() });
    expect(await exchange.send('POST', 'https://login.example/token')).toMatchObject({ status: 400, isJson: true, body: { error_description: 'Größe' } });
  });
});
