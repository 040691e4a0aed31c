import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { createRouter, type Router } from '@signalbox/router';
import { type LedgerWrite, openStore, type Store } from '@signalbox/store';
import { flows, openSession } from 'signalbox';
import type { BenchMailbox, SideSettings } from '../calls.ts';
import { configurationText } from './configuration.ts';
import type { OutgoingLetter, RouterSide } from './side.ts';

/** So many mails are submitted at the same time, as by clients that wait for their answers. */
const CLIENTS = 16;

/** The router as the `signalbox` command makes it, with its store; `open` adds one for further mailboxes. */
export async function openOurRouter(settings: SideSettings): Promise<RouterSide> {
  const { server, directory, databaseUrl } = settings;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'ca.pem'), server.ca);
  await using opening = new AsyncDisposableStack();
  const store = opening.use(await openOwnStore(settings));
  const stack = opening.move();
  const watching = new Watching(store);
  const start = async (ids: readonly string[]): Promise<Router> => {
    const mailboxes = ids.length === 0 ? [await pausedMailbox(store)] : server.mailboxes.filter(({ id }) => ids.includes(id));
    const env = Object.fromEntries(mailboxes.map(({ id, password }) => [`PASSWORD_${id}`, password]));
    const session = stack.use(await openSession({ file: join(directory, 'signalbox.yaml'), text: configurationText(server, mailboxes), env, store: watching.store, cwd: directory }));
    const { config, plugins, host } = session;
    return stack.use(await createRouter({ config, plugins, host, flows, store: watching.store, ...(databaseUrl === undefined && { node: `bench ${ids[0] ?? ''}` }) }));
  };
  let serving: Router | undefined;
  return {
    async open(ids) {
      const listed = watching.listed(ids);
      await start(ids);
      await listed;
    },
    async serve(ids, onMessage) {
      serving = await start(ids);
      void handOver(serving, onMessage);
    },
    async watched() {
      while ((await serving?.status())?.some(({ folders }) => folders.some(({ state }) => state !== 'active'))) await systemClock.sleep(20);
    },
    submit: (id, letters, onAccepted) => submit(serving, id, letters, onAccepted),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const openOwnStore = ({ directory, databaseUrl, key }: SideSettings): Promise<Store> => {
  const settings = { clock: systemClock, role: 'router', key: { text: secret(key) } } as const;
  return openStore(databaseUrl === undefined ? { ...settings, directory: join(directory, 'data') } : { ...settings, url: secret(databaseUrl) });
};

/** A configuration has one mailbox at the least. Nobody works on this one. */
async function pausedMailbox(store: Store): Promise<BenchMailbox> {
  const nobody = { id: 'nobody', address: 'nobody@lab.test', password: 'none' };
  await store.mailboxes.put(nobody);
  await store.mailboxes.pause(nobody.id);
  return nobody;
}

/** Sees in the store's own writes when what a mailbox held at first connect is noted, so that nobody has to ask for it again and again. */
class Watching {
  readonly store: Store;
  readonly #done = new Set<string>();
  #onListed = (): void => {};

  constructor(store: Store) {
    const record = async (write: LedgerWrite): Promise<void> => {
      await store.ledger.record(write);
      if (write.run?.state !== 'finished') return;
      this.#done.add(write.holding.mailbox);
      this.#onListed();
    };
    this.store = { ...store, ledger: { ...store.ledger, record } };
  }

  async listed(ids: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onListed = () => {
      if (ids.every((id) => this.#done.has(id))) resolve();
    };
    this.#onListed();
    await promise;
  }
}

async function handOver(router: Router, onMessage: (messageId: string) => void): Promise<void> {
  for await (const delivery of router.deliveries()) void delivery.ack().then(() => onMessage(delivery.messageId ?? ''));
}

async function submit(router: Router | undefined, mailbox: string, letters: readonly OutgoingLetter[], onAccepted: () => void): Promise<void> {
  if (!router) throw new Error('No router is at work.');
  const over = new AbortController();
  const sent = untilSent(router, letters.length, over.signal);
  const waiting = letters.values();
  const client = async (): Promise<void> => {
    for (const { to, ...letter } of waiting) await router.send(mailbox, { to: [to], ...letter });
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  onAccepted();
  await sent;
  over.abort();
}

async function untilSent(router: Router, count: number, signal: AbortSignal): Promise<void> {
  let sent = 0;
  for await (const event of router.events({ signal })) {
    if (event.type !== 'outbox-changed') continue;
    if (event.state !== 'sent') throw new Error(`A mail is ${event.state} (${event.event}).`);
    sent += 1;
    if (sent === count) return;
  }
}
