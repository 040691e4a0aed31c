import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CollectSettings } from './collect.ts';

const SCRIPT = fileURLToPath(new URL('process.ts', import.meta.url));
/** The program that deliveries are handed to. */
export const PROGRAM = fileURLToPath(new URL('take.sh', import.meta.url));

/** Starts the process that collects what was handed over. Disposal lets it finish what it has begun. */
export function startConsumer(settings: CollectSettings): AsyncDisposable & { readonly failed: Promise<never> } {
  const child = fork(SCRIPT, { execArgv: ['--conditions=@signalbox/source'] });
  const ended = once(child, 'exit');
  child.send(settings);
  let isOver = false;
  const failed = ended.then(([code]): never => {
    if (isOver) return new Promise(() => {}) as never;
    throw new Error(`The consumer has ended with ${String(code)}.`);
  });
  failed.catch(() => {});
  return {
    failed,
    async [Symbol.asyncDispose]() {
      isOver = true;
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
