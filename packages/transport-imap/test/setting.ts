import { type MailTransport, type MessageRef, secret, type TransportContext } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type LocalImapOptions, type LocalImapServer, makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { type ImapConfig, imapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

export const ADDRESS = 'robin@local.example';
export const certificate = await makeLocalCertificate();
export const mail = (subject: string, body = 'text'): Buffer => Buffer.from(`From: ada@local.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@local.example>\r\n\r\n${body}\r\n`);

interface Setting {
  readonly server: LocalImapServer;
  readonly transport: MailTransport;
  readonly open: (config?: object, context?: Partial<TransportContext<ImapConfig>>) => Promise<MailTransport>;
}

/** Runs a test with a server of its own; closes all in the end. */
export async function setting(test: (setting: Setting) => Promise<void>, config: object = {}, options: Partial<LocalImapOptions> = {}): Promise<void> {
  await using server = await startImapServer({ username: ADDRESS, password: 'right', token: 'fresh', certificate, ...options });
  await using all = new AsyncDisposableStack();
  const open: Setting['open'] = async (config = {}, context = {}) =>
    all.use(
      await plugin.open({
        mailbox: { id: 'robin', address: ADDRESS },
        config: imapConfig.parse({ host: 'localhost', port: server.port, ca: server.ca, ...config }),
        credentials: { getCredential: async () => ({ kind: 'password', username: ADDRESS, password: secret('right') }) },
        clock: systemClock,
        fetch: globalThis.fetch,
        network: {},
        log: { log: () => {} },
        ...context,
      }),
    );
  await test({ server, open, transport: await open(config) });
}

export const partsOf = ({ receive, mutate }: MailTransport) => {
  if (!receive || !mutate) throw new Error('The IMAP transport has both facets.');
  return { receive, mutate };
};

/** Oldest first. */
export async function firstRefs(transport: MailTransport): Promise<MessageRef[]> {
  const refs: MessageRef[] = [];
  for await (const { ref } of partsOf(transport).receive.list({ folder: 'INBOX' })) refs.push(ref);
  return refs.reverse();
}
