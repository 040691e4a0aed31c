import { describe, expect, it } from 'vitest';
import { setting } from './setting.ts';

const INBOX = { method: 'GET', path: '/mailFolders/inbox', names: 'folder' } as const;
const PIECE = new Uint8Array(1_024 * 1_024).fill(0x20);

/** A server that never comes to an end; tells how much of it was read. */
function endless(status: number, headers: Record<string, string> = {}) {
  const told = { pieces: 0, cancelled: 0 };
  const fetch: typeof globalThis.fetch = async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        told.pieces += 1;
        controller.enqueue(PIECE);
      },
      cancel() {
        told.cancelled += 1;
      },
    });
    return new Response(body, { status, headers });
  };
  return { fetch, told };
}

describe('an answer without an end', () => {
  it('is a violation of the protocol, read up to 64 MiB', () =>
    setting(async ({ client }) => {
      const { fetch, told } = endless(200);
      await expect(client({}, { fetch }).json(INBOX)).rejects.toMatchObject({ code: 'protocol.violation' });
      expect(told.pieces).toBeGreaterThan(60);
      expect(told.pieces).toBeLessThan(70);
      expect(told.cancelled).toBe(1);
    }));

  it('is not read at all where it tells its length', () =>
    setting(async ({ client }) => {
      const { fetch, told } = endless(200, { 'content-length': '99999999999' });
      await expect(client({}, { fetch }).json(INBOX)).rejects.toMatchObject({ code: 'protocol.violation' });
      expect(told.pieces).toBeLessThan(3);
      expect(told.cancelled).toBe(1);
    }));

  it('is not believed to be short because it was packed', () =>
    setting(async ({ client }) => {
      const { fetch, told } = endless(200, { 'content-length': '1000', 'content-encoding': 'gzip' });
      await expect(client({}, { fetch }).json(INBOX)).rejects.toMatchObject({ code: 'protocol.violation' });
      expect(told.cancelled).toBe(1);
    }));

  it('of a refusal is judged by its status', () =>
    setting(async ({ client }) => {
      const { fetch, told } = endless(403);
      await expect(client({}, { fetch }).json(INBOX)).rejects.toMatchObject({ code: 'access.denied' });
      expect(told.pieces).toBeLessThan(4);
      expect(told.cancelled).toBe(1);
    }));

  it('is cut where it says nothing but that it was done, and its place goes to the next', () =>
    setting(async ({ client }) => {
      const { fetch, told } = endless(200);
      const graph = client({}, { fetch });
      for (let round = 1; round <= 5; round += 1) {
        expect(await graph.run(INBOX)).toMatchObject({ status: 200 });
        expect(told.cancelled).toBe(round);
      }
    }));
});

describe('an answer that comes in pieces', () => {
  it('is read as the text it is, wherever it was cut', () =>
    setting(async ({ client }) => {
      const bytes = new TextEncoder().encode('\u{FEFF}{"displayName":"Gr\u00FC\u00DFe \u{1F600}"}');
      const fetch: typeof globalThis.fetch = async () => new Response(ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte))));
      expect(await client({}, { fetch }).json(INBOX)).toEqual({ displayName: 'Gr\u00FC\u00DFe \u{1F600}' });
    }));
});
