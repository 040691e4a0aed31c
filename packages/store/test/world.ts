import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenStoreWorld } from '@signalbox/conformance';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store, type StoreOptions } from '../src/index.ts';
import { nextLine, startChild } from './child/start.ts';

export interface Place extends AsyncDisposable {
  /** Does not exist yet. */
  readonly directory: string;
  /** Where the directory and its key file lie. */
  readonly parent: string;
  open(options?: Partial<StoreOptions>): Promise<Store>;
}

/** Somewhere for a store, removed at the end; stores opened here are closed before. */
export async function makePlace(): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  const directory = join(parent, 'data');
  const opened: Store[] = [];
  return {
    parent,
    directory,
    async open(options) {
      const store = await openStore({ directory, clock: systemClock, ...options });
      opened.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** `leaseMs` must be the same for all: it is how long the dead are waited for. */
export const storeWorld = (leaseMs: number) => async (): Promise<TokenStoreWorld> => {
  const place = await makePlace();
  const reopen = async (): Promise<Store['tokens']> => (await place.open({ leaseMs })).tokens;
  return {
    store: await reopen(),
    reopen,
    async dieInUpdate(key) {
      await using child = startChild('hang-in-update.ts', { directory: place.directory, leaseMs, key });
      await nextLine(child);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};
