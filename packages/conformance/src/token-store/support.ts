import assert from 'node:assert/strict';
import { type Secret, secret, type TokenStore } from '@signalbox/core';

export const reveal = (value: Secret | undefined): string | undefined => value?.reveal();

/** The store holds this, and nothing else. */
export async function holds(store: TokenStore, key: string, expected: string | undefined, what: string): Promise<void> {
  const value = reveal(await store.read(key));
  assert.ok(value === expected, `${what}: expected ${shown(expected)}, found ${shown(value)}`); // values may be long
}

const shown = (value: string | undefined): string => (value === undefined ? 'nothing' : `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`);

export const plusOne = async (current: Secret | undefined): Promise<Secret> => secret(String(Number(current?.reveal() ?? '0') + 1));

/** Begins a call whose outcome is looked at later, or never, where a case fails before. */
export function begun<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}

/** A change that waits in the middle until it is let go. */
export interface HeldChange {
  /** Settles when the change was asked for the first time. */
  readonly begun: Promise<void>;
  letGo(): void;
  /** What it was given, each time it was asked. */
  readonly asked: readonly (string | undefined)[];
  readonly change: (current: Secret | undefined) => Promise<Secret | undefined>;
}

/** `answer` says what shall be, given what is. */
export function heldChange(answer: (current: string | undefined) => string | undefined): HeldChange {
  const begun = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const asked: (string | undefined)[] = [];
  return {
    begun: begun.promise,
    letGo: () => free.resolve(),
    asked,
    async change(current) {
      asked.push(reveal(current));
      begun.resolve();
      await free.promise;
      const next = answer(reveal(current));
      return next === undefined ? undefined : secret(next);
    },
  };
}
