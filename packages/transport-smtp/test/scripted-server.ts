import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { LocalCertificate } from '@signalbox/local-servers';

/** What a scripted server does with one line, or with the end of the data: a reply, silence, or something with the socket. */
export type Answer = string | undefined | ((socket: Socket) => void);

export interface Script {
  readonly greeting?: Answer;
  /** Answers by the first word, such as `MAIL`; what is missing is taken. `.` is the end of the data. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** EHLO keywords. */
  readonly keywords?: readonly string[];
  /** Called with every octet of content, as it comes. */
  readonly onContent?: (socket: Socket, octetsSoFar: number) => void;
  readonly certificate?: LocalCertificate;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Command lines, in order, over all connections. */
  readonly lines: readonly string[];
  /** The octets between 354 and the end of the data, stuffed as they came, that end included. */
  readonly contents: readonly Buffer[];
  readonly connections: number;
}

const TAKEN: Readonly<Record<string, string>> = { AUTH: '235 2.7.0 welcome', DATA: '354 go on', QUIT: '221 bye', '.': '250 2.0.0 queued' };
const END_OF_DATA = Buffer.from('\r\n.\r\n');

/** An SMTP server written down line by line: for what no real one can be asked to do. It shows the wire itself. */
export async function startScriptedServer({ greeting = '220 scripted', answers = {}, keywords = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'AUTH PLAIN XOAUTH2'], onContent, certificate }: Script): Promise<ScriptedServer> {
  const lines: string[] = [];
  const contents: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const say = (socket: Socket, answer: Answer): void => {
    if (typeof answer === 'function') answer(socket);
    else if (answer !== undefined) socket.write(`${answer}\r\n`);
  };
  const obey = (socket: Socket, line: string): boolean => {
    lines.push(line);
    const word = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    if (word === 'EHLO' && !('EHLO' in answers)) say(socket, ['scripted', ...keywords].map((text, index) => `250${index === keywords.length ? ' ' : '-'}${text}`).join('\r\n'));
    else say(socket, word in answers ? answers[word] : (TAKEN[word] ?? '250 2.0.0 fine'));
    return word === 'DATA' && (!('DATA' in answers) || String(answers['DATA']).startsWith('354'));
  };
  const serve = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let input = Buffer.alloc(0);
    let content = false;
    socket.on('data', (chunk) => {
      input = Buffer.concat([input, chunk]);
      for (;;) {
        if (content) onContent?.(socket, input.byteLength);
        const at = content ? endOfData(input) : input.indexOf('\r\n');
        if (at === -1) return;
        if (content) {
          contents.push(input.subarray(0, at));
          input = input.subarray(at);
          content = false;
          say(socket, '.' in answers ? answers['.'] : TAKEN['.']);
        } else {
          content = obey(socket, input.subarray(0, at).toString());
          input = input.subarray(at + 2);
        }
      }
    });
    say(socket, greeting);
  };

  const server = certificate ? createTlsServer({ key: certificate.key, cert: certificate.certificate }, serve) : createTcpServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    contents,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Just after the end of the data; the data itself may be empty. */
function endOfData(input: Buffer): number {
  if (input.subarray(0, 3).equals(END_OF_DATA.subarray(2))) return 3;
  const at = input.indexOf(END_OF_DATA);
  return at === -1 ? -1 : at + END_OF_DATA.byteLength;
}
