import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Door, DoorOptions, TenantContext } from '../door.ts';
import { listenAll } from '../listen-all.ts';
import { LOOPBACK, type Loopback } from '../loopback.ts';
import { openSocketsOf } from '../open-sockets.ts';
import { createDoorView } from '../store/door-view.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { ImapConnection } from './connection.ts';
import type { ImapGround, Session } from './session.ts';

export interface ImapDoorOptions extends DoorOptions {
  /** Default: any free one. */
  readonly starttlsPort?: number;
}

/** `port` speaks TLS from the first byte, as Exchange Online's 993 does; another takes STARTTLS, as 143. */
export interface ImapDoor extends Door {
  readonly starttlsPort: number;
  /** Sessions open now, of one mailbox or of all. */
  sessionCount(mailbox?: string): number;
}

export async function startImapDoor(context: TenantContext, { port = 0, host = LOOPBACK, starttlsPort = 0 }: ImapDoorOptions = {}): Promise<ImapDoor> {
  const connections = new Set<ImapConnection>();
  const serving = new Set<Promise<void>>();
  const ground = groundOf(context);
  const serve = (socket: Socket, isSecure: boolean): void => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    const connection = new ImapConnection(ground, socket, isSecure);
    // Whatever it waits for, it waits no longer.
    socket.once('close', () => connection.session.ended.abort());
    connections.add(connection);
    const served = connection.serve().finally(() => {
      connections.delete(connection);
      ground.leave(connection.session);
      serving.delete(served);
    });
    serving.add(served);
  };
  const { key, certificate } = context.certificates;
  const servers = [createTlsServer({ key, cert: certificate }, (socket) => serve(socket, true)), createPlainServer((socket) => serve(socket, false))];
  const sockets = servers.map(openSocketsOf);
  // A client that goes away during the handshake.
  servers[0]?.on('tlsClientError', (error: Error) => context.log.log('debug', 'imap.handshake-failed', { message: error.message }));
  const strikes = installFaults(context, connections);
  const close = async (): Promise<void> => {
    for (const strike of strikes) strike[Symbol.dispose]();
    const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    for (const { session } of connections) session.socket.destroy();
    for (const open of sockets) open[Symbol.dispose]();
    await Promise.all([closed, ...serving]);
  };
  const ports = await listenAll(
    servers.map((server, index) => listen(server, { host, port: index === 0 ? port : starttlsPort })),
    close,
  );
  return {
    host,
    port: ports[0]!,
    starttlsPort: ports[1]!,
    sessionCount: (mailbox) => [...connections].filter(({ session }) => mailbox === undefined || session.place.mailbox === mailbox).length,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: Server, { port, host }: { readonly port: number; readonly host: Loopback }): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function groundOf(context: TenantContext): ImapGround & { leave(session: Session): void } {
  const sessions = new Map<Mailbox, Set<Session>>();
  return {
    context,
    view: createDoorView('imap', context),
    marks: new WeakMap(),
    admit(session, mailbox) {
      const open = sessions.get(mailbox) ?? new Set();
      if (open.size >= context.directory.tenant.limits.imapConnections) return false;
      sessions.set(mailbox, open.add(session));
      return true;
    },
    leave(session) {
      for (const open of sessions.values()) open.delete(session);
    },
  };
}

/** A reset, and faults that strike open connections the moment they are set. */
function installFaults({ faults, onReset }: TenantContext, connections: ReadonlySet<ImapConnection>): readonly Disposable[] {
  const strike = (mailbox: string | undefined, act: (connection: ImapConnection) => void): boolean => {
    const struck = [...connections].filter(({ session }) => mailbox === undefined || session.place.mailbox?.toLowerCase() === mailbox.toLowerCase());
    for (const connection of struck) act(connection);
    return true;
  };
  return [
    onReset(() => void strike(undefined, ({ session }) => session.socket.destroy())),
    faults.onSet('imap.drop-connections', ({ mailbox }) => strike(mailbox, ({ session }) => session.socket.destroy())),
    faults.onSet('imap.bye', ({ mailbox, text }) => strike(mailbox, (connection) => connection.sayBye(text))),
  ];
}
