import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** Starts one process of the router, which writes what it has to say to this file. */
export type StartRouter = (life: number, output: number) => ChildProcess;

export interface RouterLives {
  /** How often it was killed. */
  readonly kills: number;
  /** How often it ended without being asked to. */
  readonly ownEnds: readonly string[];
  readonly isRunning: boolean;
  start(): void;
  /** SIGKILL. Resolves when it is dead. */
  kill(): Promise<void>;
  /** SIGTERM, as an administrator does. Answers the exit code; `undefined` when it had to be killed. */
  stop(): Promise<number | undefined>;
}

const PATIENCE_MS = 30_000;

/** One router after the other. */
export function routerLives(startRouter: StartRouter, logFile: string): RouterLives {
  let current: { readonly child: ChildProcess; readonly ended: Promise<unknown>; isAsked: boolean } | undefined;
  let lives = 0;
  let kills = 0;
  const ownEnds: string[] = [];

  const end = async (signal: NodeJS.Signals): Promise<ChildProcess | undefined> => {
    const ending = current;
    if (!ending) return undefined;
    ending.isAsked = true;
    ending.child.kill(signal);
    await ending.ended;
    return ending.child;
  };
  return {
    get kills() {
      return kills;
    },
    ownEnds,
    get isRunning() {
      return current !== undefined;
    },
    start() {
      const output = openSync(logFile, 'a');
      lives += 1;
      const child = startRouter(lives, output);
      closeSync(output);
      const life = { child, ended: once(child, 'exit'), isAsked: false };
      current = life;
      child.once('exit', (code, signal) => {
        if (!life.isAsked) ownEnds.push(`life ${lives}: ${String(code ?? signal)}`);
        if (current === life) current = undefined;
      });
    },
    async kill() {
      if (await end('SIGKILL')) kills += 1;
    },
    async stop() {
      const timer = setTimeout(() => void end('SIGKILL'), PATIENCE_MS);
      const child = await end('SIGTERM');
      clearTimeout(timer);
      return child?.exitCode ?? undefined;
    },
  };
}
