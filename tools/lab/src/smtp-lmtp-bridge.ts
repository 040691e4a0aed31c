import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Bridge extends AsyncDisposable {
  readonly port: number;
}

/**
 * An SMTP front for an LMTP server: EHLO becomes LHLO, and the replies per recipient after DATA become one.
 * Dovecot's submission service relays by SMTP only, and Dovecot delivers by LMTP only.
 */
export async function startBridge(lmtpPort: number): Promise<Bridge> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const lmtp = connect({ port: lmtpPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, lmtp]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
    new Session(client, lmtp).start();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Extensions that would let a client talk past the bridge. */
const UNBRIDGEABLE = /^250.(?:CHUNKING|STARTTLS|XCLIENT|BURL)/u;
const END_OF_DATA = '\r\n.\r\n';

class Session {
  readonly #client: Socket;
  readonly #lmtp: Socket;
  /** What the server still owes a reply for, oldest first. */
  readonly #pending: string[] = ['GREETING'];
  #data: 'no' | 'start' | 'middle' = 'no';
  #recipients = 0;
  #endReplies: string[][] = [];
  #fromClient: Buffer = Buffer.alloc(0);
  #fromServer = '';
  #reply: string[] = [];

  constructor(client: Socket, lmtp: Socket) {
    this.#client = client;
    this.#lmtp = lmtp;
  }

  start(): void {
    this.#client.on('data', (chunk) => {
      this.#fromClient = this.#fromClient.length > 0 ? Buffer.concat([this.#fromClient, chunk]) : chunk;
      this.#passCommands();
    });
    this.#lmtp.on('data', (chunk) => {
      this.#fromServer += chunk.toString('latin1');
      this.#passReplies();
    });
    const end = (): void => {
      this.#client.destroy();
      this.#lmtp.destroy();
    };
    this.#client.on('error', end).on('close', end);
    this.#lmtp.on('error', end).on('close', () => this.#client.end());
  }

  #passCommands(): void {
    while (this.#fromClient.length > 0) {
      if (this.#data !== 'no') {
        if (!this.#passData()) return;
        continue;
      }
      // What follows DATA is a message only once the server has said 354.
      if (this.#pending.includes('DATA')) return;
      const end = this.#fromClient.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#fromClient.subarray(0, end).toString('latin1');
      this.#fromClient = this.#fromClient.subarray(end + 2);
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'MAIL' || verb === 'RSET') this.#recipients = 0;
      this.#pending.push(verb);
      this.#lmtp.write(`${verb === 'EHLO' || verb === 'HELO' ? `LHLO${line.slice(4)}` : line}\r\n`, 'latin1');
    }
  }

  /** True when the end of the message has been passed on. */
  #passData(): boolean {
    const buffer = this.#fromClient;
    // Too short to tell an empty message from one that begins with a dot.
    if (this.#data === 'start' && buffer.length < 3) return false;
    const empty = this.#data === 'start' && buffer.subarray(0, 3).toString('latin1') === '.\r\n';
    const at = empty ? -2 : buffer.indexOf(END_OF_DATA);
    this.#data = 'middle';
    if (at === -1) {
      const kept = Math.min(END_OF_DATA.length - 1, buffer.length);
      this.#lmtp.write(buffer.subarray(0, buffer.length - kept));
      this.#fromClient = buffer.subarray(buffer.length - kept);
      return false;
    }
    this.#lmtp.write(buffer.subarray(0, at + END_OF_DATA.length));
    this.#fromClient = buffer.subarray(at + END_OF_DATA.length);
    this.#data = 'no';
    this.#endReplies = [];
    this.#pending.push('END');
    return true;
  }

  #passReplies(): void {
    for (let end = this.#fromServer.indexOf('\r\n'); end >= 0; end = this.#fromServer.indexOf('\r\n')) {
      const line = this.#fromServer.slice(0, end);
      this.#fromServer = this.#fromServer.slice(end + 2);
      this.#reply.push(line);
      if (line[3] === '-') continue;
      const reply = this.#reply;
      this.#reply = [];
      this.#passReply(reply);
    }
  }

  #passReply(reply: readonly string[]): void {
    let lines = reply;
    if (this.#pending[0] === 'END') {
      this.#endReplies.push([...reply]);
      if (this.#endReplies.length < this.#recipients) return;
      lines = this.#endReplies.find(([first]) => first?.[0] !== '2') ?? this.#endReplies[0] ?? reply;
    }
    const verb = this.#pending.shift();
    const kind = lines.at(-1)?.[0];
    if (verb === 'RCPT' && kind === '2') this.#recipients++;
    if (verb === 'DATA' && kind === '3') this.#data = 'start';
    if (verb === 'EHLO') lines = withoutUnbridgeable(lines);
    this.#client.write(`${lines.join('\r\n')}\r\n`, 'latin1');
    if (verb === 'DATA') this.#passCommands();
  }
}

function withoutUnbridgeable(lines: readonly string[]): string[] {
  const kept = lines.filter((line) => !UNBRIDGEABLE.test(line));
  return kept.map((line, index) => `250${index === kept.length - 1 ? ' ' : '-'}${line.slice(4)}`);
}
