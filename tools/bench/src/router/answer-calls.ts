import type { Answer, Calls, Handlers, Request } from './remote.ts';

/** The other end of `startRemote`. The process ends with the one that started it. */
export function answerCalls<T extends Calls<T>>(handlers: Handlers<T>): void {
  process.on('message', ({ id, name, args }: Request) => {
    const answer = (rest: Omit<Answer, 'id'>): void => void process.send?.({ id, ...rest } satisfies Answer);
    carryOut(handlers, name, args).then(
      (result) => answer({ result }),
      (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

async function carryOut(handlers: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const handler: unknown = Reflect.get(handlers, name);
  if (typeof handler !== 'function') throw new Error(`Nothing here answers "${name}".`);
  return Reflect.apply(handler, handlers, args);
}
