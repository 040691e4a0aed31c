import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Plugin, TokenStore } from '@signalbox/core';
import type { Store } from '@signalbox/store';
import type { DeadlineNews } from './composition/deadline-logger.ts';
import type { TestClock } from './composition/test-clock.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { chooseConfigFile } from './session/choose-config-file.ts';
import type { DataPlace } from './session/data-place.ts';
import type { Redactors } from './session/redactors.ts';
import type { Session } from './session/session.ts';
import { UsageError } from './usage-error.ts';
import { renderDeadline } from './view/deadline.ts';
import { shortPath } from './view/problems.ts';
import { createTerminal, type Terminal } from './view/terminal.ts';

/** What every command understands. */
export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly verbose?: boolean;
  readonly testMode?: boolean;
  readonly testClock?: string;
}

/** Instead of the file that the command line names. */
export interface OpenOptions {
  readonly deployed?: { readonly file: string; readonly text: string };
  readonly store?: Store;
  /** Where plugins keep tokens, instead of the store. */
  readonly tokens?: TokenStore;
  readonly readReference?: (path: string) => Promise<string>;
  /** Serves what the section `notifications` says. */
  readonly receivesCalls?: boolean;
}

export interface OpenStoreOptions {
  readonly role?: 'router' | 'command';
  /** A store is made where there is none. Otherwise that is a failure. */
  readonly makes?: boolean;
}

/** One command being carried out. */
export interface Call {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** The configuration file, absolute, and as it is shown. */
  readonly file: string;
  readonly shownFile: string;
  /** Loads the configuration. Throws `ConfigError`. The caller disposes. */
  open(options?: OpenOptions): Promise<Session>;
  /** Opens the store alone: for what needs no configuration, and works while it is broken. The caller disposes. */
  openStore(options?: OpenStoreOptions): Promise<Store>;
  /** The store where there is one already. The caller disposes. */
  findStore(): Promise<Store | undefined>;
  /** Where the store lies and what opens it. */
  dataPlace(): Promise<DataPlace>;
  /** Takes the secrets of the configurations that were opened out of a text: of all that still are, and of the one closed last. */
  readonly redact: (text: string) => string;
}

export interface CallHost {
  readonly io: Io;
  readonly plugins?: readonly Plugin[];
  finish(code: ExitCode): void;
}

type Handler<Args extends readonly unknown[]> = (call: Call, ...args: Args) => Promise<ExitCode>;

/** Turns a handler into what commander calls: with the call's surroundings, its failures told and its exit code kept. */
export const action =
  <Args extends readonly unknown[]>(host: CallHost, handler: Handler<Args>) =>
  async (...args: readonly unknown[]): Promise<void> => {
    const command = args.at(-1) as Command;
    const call = createCall(host, command.optsWithGlobals());
    try {
      host.finish(await handler(call, ...(args as unknown as Args)));
    } catch (error) {
      const { report } = await import('./report.ts');
      host.finish(report(call, error));
    }
  };

function createCall({ io, plugins }: CallHost, options: GlobalOptions): Call {
  const file = chooseConfigFile({ option: options.config, env: io.env, cwd: io.cwd });
  const terminal = createTerminal(io, { color: options.color, json: options.json ?? false });
  let redactors: Redactors | undefined;
  const redact = (text: string): string => redactors?.redact(text) ?? text;
  const logTo = (line: string): void => void io.stderr.write(line);
  const onDeadline = (news: DeadlineNews): void => terminal.err.print(redact(options.json ? JSON.stringify(news) : renderDeadline(news, terminal.err)));
  const place = { env: io.env, cwd: io.cwd, ...(options.data !== undefined && { data: options.data }), ...(options.verbose && { logTo }) };
  return {
    io,
    terminal,
    options,
    file,
    shownFile: shortPath(file, io.cwd),
    async open({ deployed, receivesCalls, ...given } = {}) {
      // Loaded when needed: help and completion answer twice as fast without the router and its libraries.
      const [{ openSession }, { createRedactors }] = await Promise.all([import('./session/session.ts'), import('./session/redactors.ts')]);
      redactors ??= createRedactors();
      await using stack = new AsyncDisposableStack();
      const test = stack.use(await testClock(io, options));
      const session = stack.use(
        await openSession({ file, redactors, ...deployed, env: io.env, cwd: io.cwd, ...given, ...(receivesCalls && { receivesCalls }), ...(options.data !== undefined && { data: options.data }), ...(plugins && { plugins }), ...(options.verbose ? { logTo } : { onDeadline }), ...(test && { clock: test.clock }) }),
      );
      const kept = stack.move();
      return { ...session, [Symbol.asyncDispose]: () => kept.disposeAsync() };
    },
    async openStore({ role, makes = false } = {}) {
      const { openCommandStore, requireCommandStore } = await import('./session/command-store.ts');
      await using stack = new AsyncDisposableStack();
      const test = stack.use(await testClock(io, options));
      const store = stack.use(await (makes ? openCommandStore : requireCommandStore)({ ...place, ...(role && { role }), ...(test && { testClock: test.clock }) }));
      const kept = stack.move();
      return { ...store, [Symbol.asyncDispose]: () => kept.disposeAsync() };
    },
    async findStore() {
      const { findCommandStore } = await import('./session/command-store.ts');
      return findCommandStore(place);
    },
    async dataPlace() {
      const { chooseDataPlace } = await import('./session/data-place.ts');
      return chooseDataPlace({ option: options.data, env: io.env, cwd: io.cwd, platform: process.platform });
    },
    redact,
  };
}

/** Somebody else's time is for tests alone, and two flags have to say so: a copied command line must not do it by accident. */
async function testClock(io: Io, { testMode, testClock: file }: GlobalOptions): Promise<TestClock | undefined> {
  if (file === undefined) return undefined;
  if (!testMode) throw new UsageError('--test-clock is for tests alone.', 'Add --test-mode where this is one, or leave --test-clock out.');
  const { followTestClock } = await import('./composition/test-clock.ts');
  return await followTestClock(resolve(io.cwd, file));
}
