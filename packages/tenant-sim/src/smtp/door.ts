import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { SMTPServerSession } from 'smtp-server';
import type { Door, DoorOptions, TenantContext } from '../door.ts';
import { listenAll } from '../listen-all.ts';
import { LOOPBACK, type Loopback } from '../loopback.ts';
import { openSocketsOf } from '../open-sockets.ts';
import { HOST, NOT_SIGNED_IN, type Reply, toReply } from './replies.ts';
import { SubmissionServer } from './server.ts';
import { createSmtpSessions, type SmtpSessions } from './sessions.ts';

export interface SmtpDoorOptions extends DoorOptions {
  /** Default: any free one. */
  readonly implicitTlsPort?: number;
}

/** Submission: `port` with STARTTLS, as Exchange Online has it, and another with TLS from the first byte. */
export interface SmtpDoor extends Door {
  readonly implicitTlsPort: number;
}

/** Exchange Online's SIZE, which is more than a mailbox may send (FACTS.md C2, C6). */
const SIZE = 157_286_400;
/** A token of 8 KB, in base64 with its frame. */
const LONGEST_COMMAND = 16_384;

export async function startSmtpDoor(context: TenantContext, { port = 0, host = LOOPBACK, implicitTlsPort = 0 }: SmtpDoorOptions = {}): Promise<SmtpDoor> {
  const cut = (session: SMTPServerSession): void => {
    for (const server of servers) for (const connection of server.connections) if (connection.session.id === session.id) connection._socket?.destroy();
  };
  const sessions = createSmtpSessions(context, cut);
  const servers = [false, true].map((secure) => makeServer(context, sessions, secure));
  const sockets = servers.map(({ server }) => openSocketsOf(server));
  const destroyAll = (): void => {
    for (const open of sockets) open.destroy();
  };
  const resetting = context.onReset(destroyAll);
  const dropping = context.faults.onSet('smtp.drop-connections', () => {
    destroyAll();
    return true;
  });
  const close = async (): Promise<void> => {
    resetting[Symbol.dispose]();
    dropping[Symbol.dispose]();
    const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))));
    for (const open of sockets) open[Symbol.dispose]();
    await closed;
  };
  const ports = await listenAll(
    servers.map((server, index) => listen(server, { host, port: index === 0 ? port : implicitTlsPort })),
    close,
  );
  return {
    host,
    port: ports[0]!,
    implicitTlsPort: ports[1]!,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: SubmissionServer, { port, host }: { readonly port: number; readonly host: Loopback }): Promise<number> {
  server.listen(port, host);
  await once(server.server, 'listening');
  return (server.server.address() as AddressInfo).port;
}

type Step = (error?: Error | null) => void;

const outcomeOf = <T>(work: Promise<T>): Promise<{ readonly value?: T; readonly reply?: Reply }> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => ({ reply: toReply(error) }),
  );

function makeServer({ certificates, log }: TenantContext, sessions: SmtpSessions, secure: boolean): SubmissionServer {
  const answer = async (work: Promise<void>, step: Step): Promise<void> => step((await outcomeOf(work)).reply);
  const server = new SubmissionServer({
    secure,
    key: certificates.key,
    cert: certificates.certificate,
    name: HOST,
    banner: 'Microsoft ESMTP MAIL Service ready',
    heloResponse: '%s Hello %s',
    size: SIZE,
    maxCommandLength: LONGEST_COMMAND,
    // No PLAIN (FACTS.md C2). The library has no BDAT, so neither CHUNKING nor BINARYMIME.
    authMethods: ['LOGIN', 'XOAUTH2'],
    authRequiredMessage: NOT_SIGNED_IN,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    hideREQUIRETLS: true,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    logger: false,
    onConnect: (_session, step) => void answer(sessions.connect(), step),
    onAuth: (auth, session, done) => void answer(sessions.authenticate(auth, session), (error) => done(error, { user: auth.username ?? '' })),
    onMailFrom: (address, session, step) => void answer(sessions.mailFrom(address, session), step),
    onRcptTo: (address, session, step) => void answer(sessions.rcptTo(address, session), step),
    async onData(stream, session, done) {
      const { value, reply } = await outcomeOf(sessions.data(stream, session));
      done(reply, value);
    },
    onClose: (session) => sessions.close(session),
  });
  // A client that leaves in the middle is no failure of the tenant.
  server.on('error', (error: Error) => log.log('debug', 'smtp.connection-failed', { message: error.message }));
  return server;
}
