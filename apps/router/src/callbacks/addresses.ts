import { randomBytes } from 'node:crypto';
import type { Callback, CallbackAddress, CallbackAnswer, Callbacks } from '@signalbox/core';

export type Answer = (call: Callback) => Promise<CallbackAnswer>;

/** The addresses that are open now. */
export interface Addresses extends Callbacks {
  /** By the path that is called. */
  find(path: string): Answer | undefined;
  /** Resolves when none is open any more, or after so long. */
  vacated(limitMs: number): Promise<void>;
}

/** Nobody guesses 256 bits; and since they are drawn anew each time, what a former process was called at is nobody's address. */
const KEY_OCTETS = 32;

/** Below the public address, one path for each that is opened. */
export function createAddresses(publicUrl: string): Addresses {
  const prefix = new URL(publicUrl).pathname.replace(/\/$/, '');
  const open = new Map<string, Answer>();
  let onVacated: (() => void) | undefined;
  return {
    find: (path) => open.get(path),
    async open(answer): Promise<CallbackAddress> {
      const key = randomBytes(KEY_OCTETS).toString('base64url');
      const path = `${prefix}/${key}`;
      open.set(path, answer);
      return {
        url: `${publicUrl}/${key}`,
        async [Symbol.asyncDispose]() {
          open.delete(path);
          if (open.size === 0) onVacated?.();
        },
      };
    },
    async vacated(limitMs) {
      if (open.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onVacated = resolve;
      const late = setTimeout(resolve, limitMs);
      await promise;
      clearTimeout(late);
    },
  };
}
