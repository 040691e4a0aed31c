import type { Store } from '@signalbox/store';

/** Disposal closes what was opened; a store that nobody asked for is never made. */
export interface LazyStore extends AsyncDisposable {
  get(): Promise<Store>;
}

/** Opened once, when it is first asked for; a failed opening is tried again by the next one who asks. */
export function createLazyStore(open: () => Promise<Store>): LazyStore {
  let opening: Promise<Store> | undefined;
  return {
    async get() {
      const mine = (opening ??= open());
      try {
        return await mine;
      } catch (error) {
        if (opening === mine) opening = undefined;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      const opened = await opening?.catch(() => undefined); // whoever asked for it was told
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
