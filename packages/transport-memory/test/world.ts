import { type Held, issuerThatSets, openTestHost, type OpenWorld, type StoredMessage, subjectOf, type World } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import { createMemoryPlugin, createMemoryServer, type MemoryFolder, type MemoryServerOptions } from '../src/index.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const ADDRESS = 'contact@memory.example';

const subjectIs = (subject: string) => ({ raw }: { readonly raw: Uint8Array }) => subjectOf(raw) === subject;

const toStored = ({ messages }: MemoryFolder): readonly StoredMessage[] => messages.map(({ raw, keywords, receivedAt }) => ({ raw, keywords, receivedAt }));

export interface MemoryWorldOptions {
  readonly credential?: CredentialKind;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly server?: MemoryServerOptions;
}

/** A world on a memory server of its own. */
export const memoryWorld = ({ credential = 'password', config = { push: true, pollMs: 60_000 }, server: serverOptions }: MemoryWorldOptions = {}): OpenWorld => async (): Promise<World> => {
  const server = createMemoryServer({ maxBytes: MAX_BYTES, ...serverOptions });
  const mailbox = server.addMailbox(ADDRESS, []);
  server.addMailbox('one@memory.example');
  server.addMailbox('two@memory.example');
  server.refusedRecipients.add('nobody@memory.example');
  const issuer = issuerThatSets(credential, ADDRESS, (value) => mailbox.changeSecrets(...(value === undefined ? [] : [value])));
  const host = await openTestHost({ plugin: createMemoryPlugin(server), mailbox: { id: 'contact', address: ADDRESS }, config, issuer });
  const until = (end: () => void): Held => ({ [Symbol.dispose]: end });
  const { faults } = server;
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['one@memory.example', 'two@memory.example'],
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
      ...host.faults,
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
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
};
