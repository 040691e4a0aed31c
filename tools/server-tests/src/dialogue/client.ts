import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface ImapAccount {
  readonly port: number;
  readonly ca: string;
  readonly user: string;
  readonly password: string;
}

/** An IMAP client that does nothing by itself: it sends what it is told and hands back every octet. */
export class RawImapClient implements AsyncDisposable {
  readonly #socket: TLSSocket;
  #received = '';
  #wake: (() => void) | undefined;
  #ended = false;
  #tags = 0;

  static async open({ port, ca, user, password }: ImapAccount): Promise<RawImapClient> {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' });
    await once(socket, 'secureConnect');
    const client = new RawImapClient(socket);
    await client.#until(/^\* OK .*\r\n/);
    const answer = await client.run(`LOGIN ${user} ${password}`);
    if (!answer.at(-1)?.startsWith('OK')) throw new Error(`Signing in failed: ${answer.join()}`);
    return client;
  }

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake?.();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  /** Every answer up to the tagged one, literals included; the last without its tag. Literals in the command must not wait (`{3+}`). */
  async run(command: string): Promise<readonly string[]> {
    const tag = `t${(this.#tags += 1)}`;
    this.#socket.write(Buffer.from(`${tag} ${command}\r\n`, 'latin1'));
    const answers: string[] = [];
    for (;;) {
      const answer = await this.#answer();
      if (answer.startsWith(`${tag} `)) return [...answers, answer.slice(tag.length + 1)];
      answers.push(answer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  /** One answer: a line, and what follows a literal in it. */
  async #answer(): Promise<string> {
    let answer = '';
    for (;;) {
      answer += await this.#until(/\r\n/);
      const size = /\{(\d+)\}\r\n$/.exec(answer)?.[1];
      if (size === undefined) return answer.slice(0, -2);
      answer += await this.#octets(Number(size));
    }
  }

  async #octets(count: number): Promise<string> {
    while (this.#received.length < count) await this.#more();
    return this.#take(count);
  }

  async #until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#received);
      if (found) return this.#take(found.index + found[0].length);
      await this.#more();
    }
  }

  #take(count: number): string {
    const text = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return text;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error(`The server hung up. Last came: ${this.#received}`);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
