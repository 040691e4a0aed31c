import { type Credential, type CredentialRequest, type LogLevel, MailError, type MailTransport, secret } from '@signalbox/core';
import type { LoggedEvent, OpenWorld, StoredMessage, World } from '@signalbox/conformance';
import { systemClock } from '@signalbox/kit';
import { createMemoryPlugin, createMemoryServer, type MemoryFolder, type MemoryServerOptions } from '../src/index.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const ADDRESS = 'contact@memory.example';

/** A credential source that counts, and that has a fresh secret for whoever hands the stale one back. */
function createCredentials(kind: Credential['kind'], first: string) {
  let [stale, current] = [first, first];
  const counts = { asked: 0, rejected: 0, accepted: new Set<Credential['kind']>() };
  const make = (value: string): Credential =>
    kind === 'password' ? { kind, username: ADDRESS, password: secret(value) } : { kind, username: ADDRESS, token: secret(value) };
  return {
    counts,
    renew: (fresh: string): void => void (current = fresh),
    source: {
      async getCredential({ accept, rejected, signal }: CredentialRequest) {
        signal?.throwIfAborted();
        counts.asked += 1;
        if (rejected) counts.rejected += 1;
        for (const one of accept) counts.accepted.add(one);
        if (rejected && stale === current) {
          throw new MailError('auth.rejected', 'There is no other credential.', { remedy: { who: 'mailbox-user', action: 'replace-credential', text: 'Enter the current password.' } });
        }
        if (rejected) stale = current;
        return make(stale);
      },
    },
  };
}

const subjectIs = (subject: string) => ({ raw }: { readonly raw: Uint8Array }) => Buffer.from(raw).includes(`Subject: ${subject}\r\n`);

const toStored = ({ messages }: MemoryFolder): readonly StoredMessage[] => messages.map(({ raw, keywords, receivedAt }) => ({ raw, keywords, receivedAt }));

export interface MemoryWorldOptions {
  readonly credential?: Credential['kind'];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly server?: MemoryServerOptions;
}

/** A world on a memory server of its own. */
export const memoryWorld = ({ credential = 'password', config = { push: true, pollMs: 60_000 }, server: serverOptions }: MemoryWorldOptions = {}): OpenWorld => async (): Promise<World> => {
  const server = createMemoryServer({ maxBytes: MAX_BYTES, ...serverOptions });
  const [first, second] = ['first-Secret-4711', 'second-Secret-0815'];
  const mailbox = server.addMailbox(ADDRESS, [first]);
  server.addMailbox('one@memory.example');
  server.addMailbox('two@memory.example');
  server.refusedRecipients.add('nobody@memory.example');
  const plugin = createMemoryPlugin(server);
  const validated = await plugin.config['~standard'].validate(config);
  if (validated.issues) throw new TypeError(JSON.stringify(validated.issues));
  const { counts, renew, source } = createCredentials(credential, first);
  const logged: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const open = async (): Promise<MailTransport> => {
    const transport = await plugin.open({
      mailbox: { id: 'contact', address: ADDRESS },
      config: validated.value,
      credentials: source,
      clock: systemClock,
      fetch: globalThis.fetch,
      network: {},
      log: { log: (level: LogLevel, event, fields) => void logged.push({ level, event, ...(fields && { fields }) }) },
    });
    opened.push(transport);
    return transport;
  };
  const until = (end: () => void): AsyncDisposable => ({
    async [Symbol.asyncDispose]() {
      end();
    },
  });
  const { faults } = server;
  return {
    transport: await open(),
    address: ADDRESS,
    recipients: ['one@memory.example', 'two@memory.example'],
    plugin,
    config,
    secrets: [first, second],
    logged: () => logged,
    reopen: open,
    door: {
      deliver: async (raw, options) => mailbox.deliver({ raw, ...options }),
      stored: async (role) => toStored(mailbox.folder(role)),
      async expunge(role, subject) {
        for (const { key } of mailbox.folder(role).messages.filter(subjectIs(subject))) mailbox.folder(role).remove(key);
      },
      async move(from, to, subject) {
        for (const message of mailbox.folder(from).messages.filter(subjectIs(subject))) {
          mailbox.folder(from).remove(message.key);
          mailbox.folder(to).add(message);
        }
      },
      async setKeywords(role, subject, keywords) {
        for (const { key } of mailbox.folder(role).messages.filter(subjectIs(subject))) mailbox.folder(role).setKeywords(key, new Set(keywords));
      },
      submitted: async () => server.submitted,
    },
    faults: {
      async expireCursors() {
        for (const folder of mailbox.folders.values()) folder.epoch += 1;
      },
      async rewindPositions() {
        for (const folder of mailbox.folders.values()) folder.rewind();
      },
      hideOnce: async (subject) => void mailbox.hidden.add(subject),
      dropConnections: async () => server.dropConnections(),
      async hang() {
        const { promise, resolve } = Promise.withResolvers<void>();
        faults.hanging = promise;
        return until(() => {
          faults.hanging = undefined;
          resolve();
        });
      },
      async loseNextSendAnswer() {
        faults.losingNextAnswer = true;
      },
      async refuseCredentials() {
        faults.refusing = true;
        return until(() => (faults.refusing = false));
      },
      async renewCredential() {
        mailbox.changeSecrets(second);
        renew(second);
      },
      credentialRequests: () => ({ ...counts, accepted: [...counts.accepted] }),
      async throttle() {
        faults.throttled = true;
        return until(() => (faults.throttled = false));
      },
      async fillMailbox() {
        faults.full = true;
        return until(() => (faults.full = false));
      },
      refusedRecipient: 'nobody@memory.example',
      foreignSender: 'someone-else@memory.example',
      tooLarge: server.options.maxBytes + 1,
    },
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
    },
  };
};
