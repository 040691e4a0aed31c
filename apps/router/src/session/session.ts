import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Logger, Plugin, TokenStore } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type Config, type Connections, createRegistry, explain, type Explanation, loadConfig, type MailboxRoutes, type PluginRegistry, resolveRoutes, type RouterHost } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { Receiver } from '../callbacks/receiver.ts';
import { loadBundledPlugins } from '../composition/bundled-plugins.ts';
import { createDeadlineLogger, type DeadlineNews } from '../composition/deadline-logger.ts';
import { createJsonLogger, silentLogger } from '../composition/json-logger.ts';
import { CONNECTIONS, createServices, HOST, STORE } from '../composition/services.ts';
import { flows } from '../flows.ts';
import { readConfigFile } from './config-file.ts';
import { chooseDataPlace, type DataPlace } from './data-place.ts';
import { createRedactors, type Redactors } from './redactors.ts';

export interface SessionOptions {
  /** Absolute. */
  readonly file: string;
  /** Instead of what the file holds: a configuration that was deployed. Its relative paths start from the file all the same. */
  readonly text?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The data directory; absent: as DATABASE_URL, SIGNALBOX_DATA or the system says. Made when a plugin has something to keep. */
  readonly data?: string;
  /** What `data`, SIGNALBOX_DATA and SIGNALBOX_KEY_FILE are relative to; absent: where the process is. */
  readonly cwd?: string;
  /** Shared by sessions that are open at the same time: the log of each leaves out the secrets of all. */
  readonly redactors?: Redactors;
  /** Where structured logs go; absent: nowhere. */
  readonly logTo?: (line: string) => void;
  /** Told of deadlines where structured logs go nowhere; absent: nobody is, and what counts as told has been missed. */
  readonly onDeadline?: (news: DeadlineNews) => void;
  /** The system's own when absent. */
  readonly clock?: Clock;
  /** One that is open already; it stays so when the session ends. */
  readonly store?: Store;
  /** Where plugins keep tokens, instead of the store: for trying what is not to be kept yet. */
  readonly tokens?: TokenStore;
  /** Reads what `\${file:…}` names; absent: the file system does. */
  readonly readReference?: (path: string) => Promise<string>;
  /** Instead of the plugins that come with the command; for embedding and tests. */
  readonly plugins?: readonly Plugin[];
  /** Serves what the section `notifications` says, until disposal. */
  readonly receivesCalls?: boolean;
}

/** A configuration, loaded and routed, with connections that open what it names. Disposal closes everything opened. */
export interface Session extends AsyncDisposable {
  readonly config: Config;
  /** What `config` was read from. */
  readonly text: string;
  readonly registry: PluginRegistry;
  readonly routes: readonly MailboxRoutes[];
  /** What each mailbox uses and why, in the same order. */
  readonly explanations: readonly Explanation[];
  readonly connections: Connections;
  /** What everything here goes by. */
  readonly clock: Clock;
  /** Where servers call, if that was asked for and configured. */
  readonly receiver?: Receiver;
  readonly log: Logger;
  /** What plugins may use of the world outside. */
  readonly host: RouterHost;
  /** Those that came with the command, or instead of them. */
  readonly plugins: readonly Plugin[];
  /** What must not be lost. Opened when first asked for, and closed with the session. */
  store(): Promise<Store>;
}

/** Throws `ConfigError`. A broken mailbox or plugin is no failure: see `routes` and `registry.problems`. */
export async function openSession({ file, text: given, env, data, cwd = process.cwd(), logTo, onDeadline, clock = systemClock, store, tokens, readReference = (path) => readFile(path, 'utf8'), redactors = createRedactors(), plugins, receivesCalls = false }: SessionOptions): Promise<Session> {
  const text = given ?? (await readConfigFile(file));
  const config = await loadConfig({ file, text, env, readFile: readReference });
  await using stack = new AsyncDisposableStack();
  stack.use(redactors.open(config));
  const bundled = plugins ?? (await loadBundledPlugins());
  const registry = await createRegistry({
    bundled,
    external: config.plugins,
    importFrom: dirname(file),
    positions: config.positions,
  });
  const routes = await resolveRoutes({ config, registry, flows });
  const place = (): DataPlace => chooseDataPlace({ option: data, env, cwd, platform: process.platform });
  const log = createLog(redactors, clock, { ...(logTo && { logTo }), ...(onDeadline && { onDeadline }) });
  const receiver = receivesCalls && config.notifications ? stack.use(await (await import('../callbacks/open-configured.ts')).openConfiguredReceiver(config, log)) : undefined;
  const services = stack.use(createServices({ log, clock, routes, data: place, callbacks: receiver, ...(store && { store }), ...(tokens && { tokens }) }));
  const connections = services.get(CONNECTIONS); // before the stack is given up: what cannot be made leaves nothing open
  const kept = stack.move();
  return {
    config,
    text,
    registry,
    routes,
    explanations: routes.map(explain),
    connections,
    clock,
    ...(receiver && { receiver }),
    log,
    host: services.get(HOST),
    plugins: bundled,
    store: () => services.get(STORE).get(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function createLog(redactors: Redactors, clock: Clock, { logTo, onDeadline }: Pick<SessionOptions, 'logTo' | 'onDeadline'>): Logger {
  if (logTo) return createJsonLogger({ write: logTo, clock, redact: (text) => redactors.redact(text) });
  return onDeadline ? createDeadlineLogger({ clock, tell: onDeadline }) : silentLogger;
}
