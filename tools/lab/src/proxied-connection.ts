import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineFilter } from './line-filter.ts';

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down';
export type Ending = 'fin' | 'rst';

/** What happens to connections and their bytes; `{}` is a healthy proxy. */
export interface Faults {
  /** Milliseconds added to each packet, each way; `jitter` adds up to so many more. */
  readonly latency?: number;
  readonly jitter?: number;
  /** Bytes per second, each way. */
  readonly rate?: number;
  /** Passes bytes on in pieces of this size. */
  readonly slice?: number;
  /** Nothing passes either way until this is taken back; then all of it does. */
  readonly blackhole?: boolean;
  /** New connections are accepted, and nothing ever answers. */
  readonly hang?: boolean;
  /** New connections are reset. */
  readonly refuse?: boolean;
  readonly maxConnections?: number;
  /** Ends the connection after so many bytes of one direction, by `ending` (`fin` unless told). */
  readonly cutAfter?: { readonly up?: number; readonly down?: number };
  readonly ending?: Ending;
  /** The probability, for each packet, that its first byte is spoilt. */
  readonly corrupt?: number;
  /** Sees each line; only where TLS ends at the proxy, or where there is none. */
  readonly rewrite?: LineRewriter;
}

/**
 * Returns the line to pass on instead, or null to swallow it. Lines come without CRLF, as Latin-1; the content of
 * IMAP literals is not shown.
 */
export type LineRewriter = (line: string, direction: Direction, connection: RewriteContext) => string | null;

export interface RewriteContext {
  /** Sends a line to the client, as if the server had. */
  reply(line: string): void;
  end(ending?: Ending): void;
  /** True keeps the client connected when the server goes away. */
  keepClient: boolean;
  /** The rewriter's own notes about this connection. */
  readonly notes: Map<string, number>;
}

/** A connection, and the TCP socket under it (the same one where there is no TLS). */
export interface Wire {
  readonly raw: Socket;
  readonly stream: Socket;
}

export function endSocket(socket: Socket, ending: Ending): void {
  if (ending === 'rst') socket.resetAndDestroy();
  else socket.end();
}

const TICK_MS = 20;
const RATE_TICK_MS = 50;

/** One client, its server, and the faults between them. */
export class ProxiedConnection {
  readonly #client: Wire;
  readonly #server: Wire;
  readonly #faults: () => Faults;
  readonly #passed = { up: 0, down: 0 };
  readonly #context: RewriteContext;

  constructor(client: Wire, server: Wire, faults: () => Faults, closed: () => void) {
    this.#client = client;
    this.#server = server;
    this.#faults = faults;
    this.#context = {
      reply: (line) => void client.stream.write(`${line}\r\n`, 'latin1'),
      end: (ending = 'fin') => this.end(ending),
      keepClient: false,
      notes: new Map(),
    };
    for (const { raw } of [client, server]) raw.setNoDelay(true).on('error', () => raw.destroy());
    client.stream.once('close', closed);
    this.#pipe(client.stream, server.stream, 'up');
    this.#pipe(server.stream, client.stream, 'down');
  }

  end(ending: Ending): void {
    for (const { raw, stream } of [this.#client, this.#server]) endSocket(ending === 'rst' ? raw : stream, ending);
  }

  destroy(): void {
    for (const { raw, stream } of [this.#client, this.#server]) {
      stream.destroy();
      raw.destroy();
    }
  }

  #pipe(from: Socket, to: Socket, direction: Direction): void {
    const lines = new LineFilter();
    let chain = Promise.resolve();
    const keeps = (): boolean => direction === 'down' && this.#context.keepClient;
    from.on('data', (chunk) => {
      const { rewrite } = this.#faults();
      const bytes = rewrite === undefined ? chunk : lines.filter(chunk, (line) => rewrite(line, direction, this.#context));
      from.pause();
      chain = chain.then(() => this.#pass(bytes, from, to, direction)).then(() => void from.resume());
    });
    from.on('end', () => void chain.then(() => keeps() || to.end()));
    from.on('error', () => keeps() || to.destroy());
    from.on('close', () => void chain.then(() => keeps() || to.destroy()));
  }

  async #pass(bytes: Buffer, from: Socket, to: Socket, direction: Direction): Promise<void> {
    while (this.#faults().blackhole === true && !from.destroyed) await sleep(TICK_MS);
    const { latency, jitter = 0, rate, slice, corrupt = 0, cutAfter, ending = 'fin' } = this.#faults();
    if (latency !== undefined) await sleep(latency + Math.random() * jitter);
    const step = slice ?? (rate === undefined ? bytes.length : Math.max(1, Math.floor((rate * RATE_TICK_MS) / 1000)));
    for (let at = 0; at < bytes.length; at += step) {
      const part = spoilt(bytes.subarray(at, at + step), corrupt);
      const limit = cutAfter?.[direction];
      if (limit !== undefined && this.#passed[direction] + part.length >= limit) {
        to.write(part.subarray(0, Math.max(0, limit - this.#passed[direction])));
        // A moment for these bytes to leave: a reset overtakes what is still unsent.
        await sleep(5);
        return this.end(ending);
      }
      this.#passed[direction] += part.length;
      if (!to.writable) return;
      if (!to.write(part)) await drained(to);
      if (rate !== undefined) await sleep(RATE_TICK_MS);
    }
  }
}

function spoilt(part: Buffer, probability: number): Buffer {
  if (probability === 0 || Math.random() >= probability) return part;
  const copy = Buffer.from(part);
  copy[0] = (copy[0] ?? 0) ^ 0x20;
  return copy;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}
