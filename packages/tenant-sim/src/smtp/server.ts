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
  override connect(...[socket, options]: Parameters<SMTPServer['connect']>): void {
    const before = new Set(this.connections);
    super.connect(socket, options);
    socket.setNoDelay(true);
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

  /** The library begins the handshake a turn after it took the socket. On one that was destroyed meanwhile it crashes the process. */
  override _upgrade(...[socket, callback]: Parameters<SMTPServer['_upgrade']>): void {
    if (socket.destroyed) callback(new Error('The client left before the handshake.'));
    else super._upgrade(socket, callback);
  }
}
