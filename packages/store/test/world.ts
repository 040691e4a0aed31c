import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@signalbox/kit';
import { type KeySource, openStore, type Store, type StoreSettings } from '../src/index.ts';

export interface Place extends AsyncDisposable {
  /** Does not exist yet. */
  readonly directory: string;
  /** Where the directory and its key file lie. */
  readonly parent: string;
  open(options?: Partial<StoreSettings> & { readonly key?: KeySource }): Promise<Store>;
}

/** Somewhere for an embedded store, removed at the end; stores opened here are closed before. */
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
