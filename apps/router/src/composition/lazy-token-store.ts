import type { TokenStore } from '@signalbox/core';
import type { Store } from '@signalbox/store';

/** Opens the store when the first plugin asks for it: commands whose mailboxes keep no tokens touch no disk. A failed opening is tried again by the next one who asks. */
export function createLazyTokenStore(open: () => Promise<Store>): TokenStore & AsyncDisposable {
  let opening: Promise<Store> | undefined;
  const tokens = async (): Promise<TokenStore> => {
    const mine = (opening ??= open());
    try {
      return (await mine).tokens;
    } catch (error) {
      if (opening === mine) opening = undefined; // a newer one is another's, and has to be closed in the end
      throw error;
    }
  };
  return {
    async read(...args) {
      return (await tokens()).read(...args);
    },
    async write(...args) {
      return (await tokens()).write(...args);
    },
    async delete(...args) {
      return (await tokens()).delete(...args);
    },
    async update(...args) {
      return (await tokens()).update(...args);
    },
    async [Symbol.asyncDispose]() {
      const opened = await opening?.catch(() => undefined); // whoever asked for it was told
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
