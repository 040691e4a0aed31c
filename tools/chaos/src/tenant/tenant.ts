import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TenantAnswer, TenantCalls } from './calls.ts';

/** The tenant's process, from outside. Disposal ends it. */
export interface RemoteTenant extends AsyncDisposable {
  call<K extends keyof TenantCalls>(call: K, ...args: Parameters<TenantCalls[K]>): Promise<ReturnType<TenantCalls[K]>>;
}

const SCRIPT = fileURLToPath(new URL('process.ts', import.meta.url));

export function openTenant(): RemoteTenant {
  const child = fork(SCRIPT, { execArgv: ['--conditions=@signalbox/source'], serialization: 'advanced' });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let ids = 0;
  child.on('message', ({ id, result, error }: TenantAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`The tenant could not do it: ${error}`));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The tenant's process has ended with ${code}.`));
  });
  return {
    call(call, ...args) {
      const answer = Promise.withResolvers<unknown>();
      ids += 1;
      waiting.set(ids, answer);
      child.send({ id: ids, call, args });
      return answer.promise as never;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
