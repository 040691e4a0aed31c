import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A literal is written in pieces of this size, so that a slow reader holds up no more than one of them. */
const PIECE = 262_144;
/** Answers are gathered up to this size before they are written. */
const GATHER = 65_536;

/** Writes answers, and waits for a client that does not read. */
export class Writer {
  #socket: Socket;
  #gathered: string[] = [];
  #size = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  switchTo(socket: Socket): void {
    this.#socket = socket;
  }

  /** One character per octet. Nothing is sent before `flush`, except when much has come together. */
  async write(text: string): Promise<void> {
    this.#gathered.push(text);
    this.#size += text.length;
    if (this.#size >= GATHER) await this.flush();
  }

  async literal(bytes: Buffer): Promise<void> {
    if (bytes.byteLength < GATHER) return this.write(`{${bytes.byteLength}}\r\n${bytes.toString('latin1')}`);
    await this.write(`{${bytes.byteLength}}\r\n`);
    await this.flush();
    for (let at = 0; at < bytes.byteLength; at += PIECE) await this.#send(bytes.subarray(at, at + PIECE));
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const text = this.#gathered.join('');
    this.#gathered = [];
    this.#size = 0;
    await this.#send(Buffer.from(text, 'latin1'));
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return;
    const gone = new AbortController();
    try {
      await Promise.race([once(this.#socket, 'drain', { signal: gone.signal }), once(this.#socket, 'close', { signal: gone.signal })]);
    } catch {
      // The client left; whoever reads next will notice.
    } finally {
      gone.abort();
    }
  }
}
