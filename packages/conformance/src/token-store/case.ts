import type { TokenStore } from '@signalbox/core';
import type { CaseLimits } from '../limits.ts';

/** What the author of a token store provides for one case: tokens nobody else uses, and what other processes see of them. */
export interface TokenStoreWorld extends AsyncDisposable {
  readonly store: TokenStore;
  /** The same tokens as another process has them. The world disposes of it. */
  readonly reopen: () => Promise<TokenStore>;
  /**
   * Has another process begin an update of this key and die in it, as by `kill -9`. Resolves once it is dead.
   * Absent where the tokens die with the process.
   */
  readonly dieInUpdate?: (key: string) => Promise<void>;
}

export type OpenTokenStoreWorld = () => Promise<TokenStoreWorld>;

export type TokenStoreCaseId = `tokens/${string}`;

/** One sentence about a token store, as data. */
export interface TokenStoreCase {
  readonly id: TokenStoreCaseId;
  readonly title: string;
  /** A member of the world that is missing makes the case not applicable. */
  readonly needs?: readonly 'dieInUpdate'[];
  /** Throws an `AssertionError` when the store is wrong. */
  run(world: TokenStoreWorld, limits: CaseLimits): Promise<void>;
}

/** A token store broken on purpose, to prove that a case would notice. */
export interface TokenStoreSaboteur {
  readonly id: string;
  readonly title: string;
  /** The cases that notice, one to three. It passes all others. */
  readonly caughtBy: readonly [TokenStoreCaseId, ...TokenStoreCaseId[]];
  /** Wraps every store of a world. `shared` is the same for all of them. */
  sabotage(store: TokenStore, shared: Map<string, unknown>): TokenStore;
  /** What it leaves behind after a death in an update. */
  sabotageDeath?(store: TokenStore, key: string): Promise<void>;
}
