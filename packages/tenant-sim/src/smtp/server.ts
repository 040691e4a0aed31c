import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SMTPServer } from 'smtp-server';

/** The library's own words on the left, Exchange Online's on the right. */
const WORDS: Readonly<Record<string, string>> = {
  'Authentication successful': '2.7.0 Authentication successful',
  Accepted: '2.1.0 Sender OK',
  RCPT_TO_OK: '2.1.5 Recipient OK',
  Bye: '2.0.0 Service closing transmission channel',
  Flushed: '2.0.0 Resetting',
  OK: '2.0.0 OK',
};

const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3} /;

/**
 * smtp-server puts an enhanced status code of its own before each reply once it advertises ENHANCEDSTATUSCODES,
 * also before one that brings its own. Exchange Online advertises it, and its codes are what clients go by.
 */
export class SubmissionServer extends SMTPServer {
  readonly sockets = new Set<Socket>();

  override connect(...[socket, options]: Parameters<SMTPServer['connect']>): void {
    const before = new Set(this.connections);
    super.connect(socket, options);
    this.#keep(socket);
    for (const connection of this.connections) {
      if (before.has(connection)) continue;
      const send = connection.send.bind(connection);
      connection.send = (code, data, context) => {
        // AUTH is not offered before STARTTLS.
        if (Array.isArray(data)) send(code, connection.secure ? data : data.filter((line) => !line.startsWith('AUTH ')), context);
        else {
          const text = (code < 300 && WORDS[context === 'RCPT_TO_OK' ? context : String(data)]) || data;
          send(code, text, typeof text === 'string' && ENHANCED.test(text) ? false : context);
        }
      };
    }
  }

  #keep(socket: Socket | TLSSocket): void {
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
