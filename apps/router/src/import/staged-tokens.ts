import type { Secret, TokenStore } from '@signalbox/core';

/** Keeps tokens in memory, over those that are stored, until it is known that all of them are good. */
export interface StagedTokens extends TokenStore {
  /** What is to be stored, by key; `undefined`: nothing any more. */
  readonly changes: ReadonlyMap<string, Secret | undefined>;
}

export function createStagedTokens(stored: Pick<TokenStore, 'read'>): StagedTokens {
  const changes = new Map<string, Secret | undefined>();
  const turns = new Map<string, Promise<unknown>>();
  const read: TokenStore['read'] = async (key, options) => (changes.has(key) ? changes.get(key) : stored.read(key, options));
  return {
    changes,
    read,
    async write(key, value) {
      changes.set(key, value);
    },
    async delete(key) {
      changes.set(key, undefined);
    },
    async update(key, change, options) {
      const work = async (): Promise<Secret | undefined> => {
        const next = await change(await read(key, options));
        changes.set(key, next);
        return next;
      };
      const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
      turns.set(key, turn.catch(() => {}));
      return turn;
    },
  };
}

/** Stores what was staged; when one of them fails, what was there before is put back. */
export async function storeTokens(store: TokenStore, changes: StagedTokens['changes']): Promise<{ undo(): Promise<void> }> {
  const before: (readonly [string, Secret | undefined])[] = [];
  const undo = async (): Promise<void> => {
    for (const [key, value] of before.toReversed()) await put(store, key, value);
  };
  try {
    for (const [key, value] of changes) {
      before.push([key, await store.read(key)]);
      await put(store, key, value);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return { undo };
}

const put = (store: TokenStore, key: string, value: Secret | undefined): Promise<void> => (value ? store.write(key, value) : store.delete(key));
