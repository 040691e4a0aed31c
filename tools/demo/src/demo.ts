import { setTimeout as sleep } from 'node:timers/promises';
import { explain, type MailboxRoutes } from '@signalbox/router';
import { createTerminal, type Io, openSession, renderRoutes, type Session, submit, type Terminal, type WatchEvent, watchFolder } from 'signalbox';
import { type Letter, writeLetter, writeReply } from './letters.ts';
import { renderHeading, renderIntro, renderMail, renderSummary } from './screen.ts';
import { createTally, type Tally } from './tally.ts';
import { type DemoWorld, openDemoWorld } from './world.ts';

export interface DemoOptions {
  readonly io: Pick<Io, 'stdout' | 'stderr' | 'env' | 'signal'>;
  /** Ends by itself, with a summary. Absent: until the signal aborts. */
  readonly seconds?: number;
  /** Between two deliveries. */
  readonly everyMs?: number;
}

const EVERY_MS = 1_500;
const REPLY_TO_EVERY = 4;
const LAST_ARRIVALS_MS = 3_000;

/** Answers the exit code: 1 when a route brought nothing, or when nothing could be watched. */
export async function runDemo({ io, seconds, everyMs = EVERY_MS }: DemoOptions): Promise<number> {
  const terminal = createTerminal(io, { color: true, json: false });
  const { out } = terminal;
  await using world = await openDemoWorld();
  await using session = await openSession({ file: world.file, data: world.data, env: {}, plugins: world.plugins });
  out.print(`\n${renderIntro(world.file, out)}\n\n${renderRoutes(session.routes.map(explain), out)}\n\n${renderHeading(out)}`);

  const stop = new AbortController();
  const until = AbortSignal.any([io.signal, stop.signal, ...(seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)])]);
  const stage: Stage = { terminal, world, session, tally: createTally(session.routes.map(({ mailbox }) => mailbox.id)), replies: 0, latest: undefined };
  const watching = session.routes.map((routes) => watch(stage, routes, stop.signal));
  await Promise.race([Promise.all(watching.map(({ ready }) => ready)), aborted(until)]);
  await play(stage, everyMs, until);
  if (!io.signal.aborted) await settle(stage, io.signal);
  stop.abort();
  await Promise.all(watching.map(({ ended }) => ended));
  const scores = stage.tally.scores();
  out.print(`\n${renderSummary(scores, stage.replies, out)}`);
  const stopped = io.signal.aborted; // whoever stops early has not asked for a verdict
  return stopped || scores.every(({ received }) => received > 0) ? 0 : 1;
}

interface Stage {
  readonly terminal: Terminal;
  readonly world: DemoWorld;
  readonly session: Session;
  readonly tally: Tally;
  replies: number;
  /** The latest mail that reached the mailbox which answers. */
  latest: Letter | undefined;
}

interface Watching {
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
}

function watch(stage: Stage, routes: MailboxRoutes, signal: AbortSignal): Watching {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const [folder = { role: 'inbox' as const }] = routes.mailbox.folders;
  const emit = (event: WatchEvent): void => {
    resolve(); // a route that is broken must not keep the others waiting
    if (event.kind !== 'watching') show(stage, event);
  };
  const ended = watchFolder({ connections: stage.session.connections, routes, folder, since: 'now', signal, emit });
  return { ready: Promise.race([ready, ended]), ended };
}

function show({ terminal: { out, err }, tally }: Stage, event: Exclude<WatchEvent, { kind: 'watching' }>): void {
  const { id } = event.routes.mailbox;
  if (event.kind === 'failure') {
    err.print(err.colors.red(`${id}: ${event.error instanceof Error ? event.error.message : String(event.error)}`));
    return;
  }
  const milliseconds = tally.arrived(id, event.message.messageId);
  if (milliseconds === undefined) return;
  out.print(renderMail({ direction: 'in', mailbox: id, route: routeLabel(event.routes, 'receive'), subject: event.message.subject ?? '', milliseconds }, event.seenAt, out));
}

const routeLabel = (routes: MailboxRoutes, direction: 'receive' | 'send'): string => {
  const route = routes[direction];
  return route ? `${route.transport.name} · ${route.credentials.join('/')}` : '';
};

/** Delivers to one mailbox after the other, and answers now and then, until the signal aborts. */
async function play(stage: Stage, everyMs: number, signal: AbortSignal): Promise<void> {
  const { routes } = stage.session;
  for (let index = 0; !signal.aborted; index += 1) {
    const { mailbox } = routes[index % routes.length] as MailboxRoutes;
    const letter = await writeLetter(mailbox.address, index);
    stage.tally.delivered(mailbox.id, letter.messageId);
    await stage.world.deliver(mailbox.id, letter.raw);
    if (mailbox.id === routes[0]?.mailbox.id) stage.latest = letter;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted && index % REPLY_TO_EVERY === REPLY_TO_EVERY - 1) await reply(stage, signal);
  }
}

/** Sends through the first mailbox's own route, as a service would. */
async function reply(stage: Stage, signal: AbortSignal): Promise<void> {
  const [routes] = stage.session.routes;
  if (!routes || !stage.latest) return;
  const { mailbox } = routes;
  const letter = await writeReply(mailbox.address, stage.latest);
  const started = performance.now();
  const { out, err } = stage.terminal;
  try {
    const { send } = await stage.session.connections.open(mailbox.id, 'send', { signal });
    if (!send) return;
    await submit(send, { mailFrom: mailbox.address, rcptTo: [stage.latest.from] }, letter.raw, signal);
  } catch (error) {
    if (!signal.aborted) err.print(err.colors.red(`${mailbox.id}: ${error instanceof Error ? error.message : String(error)}`));
    return;
  }
  stage.replies += 1;
  const milliseconds = performance.now() - started;
  out.print(renderMail({ direction: 'out', mailbox: mailbox.id, route: routeLabel(routes, 'send'), subject: letter.subject, milliseconds }, new Date(), out));
}

/** Gives the last deliveries time to arrive, and no more than they need. */
async function settle({ tally }: Stage, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + LAST_ARRIVALS_MS;
  while (performance.now() < deadline && !signal.aborted && tally.scores().some(({ delivered, received }) => received < delivered)) {
    await sleep(50, undefined, { signal }).catch(() => {});
  }
}

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
};
