import { type CallOptions, isMailError, type Logger, type Secret, type TokenChange, type TokenStore } from '@signalbox/core';
import { abortable, anySignal } from '@signalbox/kit';
import { storeClosed } from '../database/closed.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { TokenRecords } from './records.ts';
import type { TokenTurns, Turn } from './turn-rows.ts';
import type { Turns } from './turns.ts';

export interface TokenStoreOptions {
  readonly records: TokenRecords;
  readonly rows: TokenTurns;
  readonly keyring: Keyring;
  readonly turns: Turns;
  readonly log: Logger;
}

/** The token store, and what its owner may do with it beside. */
export interface DurableTokens extends TokenStore {
  /** Settles with the changes that are being thought about: what they learn may exist nowhere else. */
  settled(): Promise<void>;
  /** From now on every call, and every change that has not ended, fails with `transport.closed`. */
  close(): void;
}

export function createTokenStore({ records, rows, keyring, turns, log }: TokenStoreOptions): DurableTokens {
  const running = new Set<Promise<unknown>>();
  const lifetime = new AbortController();
  /** After the end of the store every call fails with that, whatever the database would say. */
  const alive = async <T>(options: CallOptions | undefined, work: () => Promise<T>): Promise<T> => {
    options?.signal?.throwIfAborted();
    lifetime.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      lifetime.signal.throwIfAborted();
      throw error;
    }
  };

  const openRecord = async (name: string, record: NonNullable<Turn['record']>): Promise<Secret> => {
    const value = keyring.open('token', name, record);
    if (record.keyId !== keyring.currentId) await records.reseal(name, record, keyring.seal('token', name, value));
    return value;
  };

  /** Asks until the answer was given to what is stored; the turn is over afterwards. */
  const ask = async (name: string, first: Turn, change: TokenChange): Promise<{ readonly stored: Secret | undefined } | undefined> => {
    for (let turn: Turn | undefined = first; turn; turn = await rows.look(name, turn.owner)) {
      const { record } = turn;
      const current = record && (await openRecord(name, record));
      const next = await change(current);
      if (await rows.commit(name, turn, next && keyring.seal('token', name, next))) return { stored: next };
      log.log('debug', 'store.change-overtaken', { name });
    }
    return undefined; // somebody took the turn for dead and has it now
  };

  const take = async (name: string, turn: Turn, change: TokenChange): ReturnType<typeof ask> => {
    try {
      return await turns.holding(name, turn.owner, () => ask(name, turn, change));
    } catch (error) {
      lifetime.signal.throwIfAborted();
      // Where even that fails, the turn is over when its lease is; what went wrong first is what the caller has to know.
      await rows.release(name, turn.owner).catch((failure: unknown) => log.log('warn', 'store.turn-not-released', { name, code: codeOf(failure) }));
      throw error;
    }
  };

  const update: TokenStore['update'] = async (name, change, { signal } = {}) => {
    using _place = await turns.queue(name, signal);
    for (;;) {
      const turn = await turns.wait(name, anySignal(signal, lifetime.signal));
      // From here on the work goes on after an abort: a token that was renewed and not stored is a sign-in lost.
      const work = take(name, turn, change);
      running.add(work);
      work.finally(() => running.delete(work)).catch(() => {}); // its failure goes to whoever asked
      const answer = await abortable(work, signal);
      if (answer) return answer.stored;
    }
  };

  return {
    read: (name, options) =>
      alive(options, async () => {
        const record = await records.find(name);
        return record && openRecord(name, record);
      }),
    write: (name, value, options) => alive(options, () => records.put(name, keyring.seal('token', name, value))),
    delete: (name, options) => alive(options, () => records.remove(name)),
    update: (name, change, options) => alive(options, () => update(name, change, options)),
    async settled() {
      await Promise.allSettled(running);
    },
    close: () => lifetime.abort(storeClosed()),
  };
}

const codeOf = (error: unknown): string => (isMailError(error) ? error.code : 'internal');
