import { type CredentialIssuer, type Faults, openTestHost, type OpenWorld, type World } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import { type FaultProxy, type Lab, type LabUser, type LineRewriter, type SecondDoor, startFaultProxy } from '@signalbox/lab';
import { plugin } from '@signalbox/transport-smtp';
import { freshName, passwordAsToken, passwordOf, tokensOf } from './issuers.ts';
import { proxyFaults } from './imap.ts';
import { submittedTo } from './submitted.ts';

interface SmtpServer {
  readonly lab: Lab;
  /** Where accepted mail lands. */
  readonly inboxes: SecondDoor;
  /** Submission in TLS. */
  readonly port: number;
  readonly issuerFor: (account: LabUser) => CredentialIssuer;
  /** Resolves once everything accepted is in the inboxes. */
  readonly settled: () => Promise<void>;
  readonly faults?: Faults;
  readonly defects?: World['defects'];
}

/** An address of the lab's domain that nobody has; GreenMail would make a mailbox for it. */
const NOBODY = 'nobody@lab.test';

/** The SMTP transport on Dovecot's submission service. Its AUTH line takes short tokens only. */
export const smtpOnDovecot = (lab: Lab, credentials: CredentialKind): OpenWorld => {
  const server = present(lab.dovecot, 'Dovecot');
  return smtpWorld({
    lab,
    inboxes: server,
    port: server.submissionsPort,
    issuerFor: (account) => (credentials === 'password' ? passwordOf(account) : tokensOf(lab, account.user, 'opaque')),
    settled: async () => {},
    faults: { refusedRecipient: NOBODY },
  });
};

/** The SMTP transport on Postfix, which takes tokens as long as Entra's and checks who may send as whom. */
export const smtpOnPostfix = (lab: Lab, credentials: CredentialKind): OpenWorld => {
  const postfix = present(lab.postfix, 'Postfix');
  return smtpWorld({
    lab,
    inboxes: present(lab.dovecot, 'Dovecot'),
    port: postfix.submissionsPort,
    issuerFor: (account) => (credentials === 'password' ? passwordOf(account) : tokensOf(lab, account.user)),
    async settled() {
      while ((await postfix.queueLength()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    faults: { refusedRecipient: NOBODY, foreignSender: 'bob@lab.test' },
  });
};

/** The SMTP transport on GreenMail, a second implementation nobody here wrote. */
export const smtpOnGreenMail = (lab: Lab, credentials: CredentialKind): OpenWorld => {
  const server = present(lab.greenmail, 'GreenMail');
  return smtpWorld({
    lab,
    inboxes: server,
    port: server.smtpsPort,
    issuerFor: credentials === 'password' ? passwordOf : passwordAsToken,
    settled: async () => {},
    defects: { 'send/final-line-end': 'the last line end of a submitted message is lost' }, // transcript: docs/quirks/greenmail.md
  });
};

const smtpWorld =
  (server: SmtpServer): OpenWorld =>
  async () => {
    const { lab, inboxes } = server;
    const account = await inboxes.createUser(freshName('smtp'));
    const recipients = [(await inboxes.createUser(freshName('to'))).user, (await inboxes.createUser(freshName('to'))).user] as const;
    const proxy = await startFaultProxy({
      target: server.port,
      tls: lab.certificates.server,
      upstreamTls: { ca: lab.ca, servername: 'localhost' },
    });
    const config = { host: '127.0.0.1', port: proxy.port, tls: 'implicit' };
    const mailbox = { id: account.user, address: account.user };
    const host = await openTestHost({ plugin, mailbox, config, issuer: server.issuerFor(account), network: { ca: [lab.ca] } });
    return {
      ...host.world,
      ...(server.defects && { defects: server.defects }),
      transport: await host.open(),
      recipients,
      door: {
        async submitted() {
          await server.settled();
          return submittedTo(inboxes, recipients);
        },
      },
      faults: {
        ...proxyFaults(proxy),
        ...host.faults,
        async loseNextSendAnswer() {
          loseAnswerToContent(proxy);
        },
        ...server.faults,
      },
      async [Symbol.asyncDispose]() {
        proxy.set({});
        await host[Symbol.asyncDispose]();
        await proxy.close();
      },
    };
  };

/** Cuts the connection when the server answers the end of the content: it has the message, nobody hears so. */
function loseAnswerToContent(proxy: FaultProxy): void {
  const rewrite: LineRewriter = (line, direction, connection) => {
    if (direction === 'up' && line === '.') connection.notes.set('content over', 1);
    if (direction === 'down' && connection.notes.has('content over')) {
      proxy.set({});
      connection.end('rst');
      return null;
    }
    return line;
  };
  proxy.set({ rewrite });
}

function present<T>(server: T | undefined, name: string): T {
  if (server === undefined) throw new Error(`The lab runs without ${name}.`);
  return server;
}
