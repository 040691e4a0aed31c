import { type Clock, isMailError, type Logger } from '@signalbox/core';
import { createBell } from '@signalbox/kit';
import type { Delivery as DeliveryRow, Deliveries, NewEffect } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { createAcknowledger } from './acknowledger.ts';
import { type Answer, createHandOvers, type HandOvers } from './hand-overs.ts';

export interface HubOptions {
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly log: Logger;
  /** The mailboxes whose deliveries this process may hand over now; `all`: it has every one. */
  readonly mailboxes: () => readonly string[] | 'all';
  readonly effectOf: (mailbox: string) => NewEffect | undefined;
  readonly onClosed: (mailboxes: readonly string[]) => void;
  /** Asked each time. */
  readonly settings: () => HubSettings;
  readonly telemetry: Telemetry;
}

/** Times in milliseconds. */
export interface HubSettings {
  /** A delivery that was handed over and not answered is handed over again after this time. */
  readonly visibilityMs: number;
  /** One that was handed over so often is dead. */
  readonly maxAttempts: number;
  /** How many wait for their answers, over all mailboxes. */
  readonly concurrency: number;
}

export interface ConsumeOptions {
  readonly mailboxes?: readonly string[] | undefined;
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Hands deliveries over. Nothing of them is kept in memory but what is being handed over. */
export interface DeliveryHub {
  /** Something may be due. */
  ring(): void;
  consume(options: ConsumeOptions): AsyncGenerator<DeliveryRow, void, undefined>;
  ack(answer: Answer): Promise<void>;
  /** The traceparent of the handing over, where it is in somebody's hands here. */
  traceOf(id: string): string | undefined;
  /** Answers until when it stays with whoever has the receipt. Throws `receipt.stale`. */
  extend(id: string, receipt: string, visibilityMs?: number): Promise<number>;
  nack(answer: Answer, receipt: string, options: { readonly delayMs: number; readonly error?: string | undefined; readonly uncounted: boolean }): Promise<'open' | 'dead'>;
  close(): void;
}

/** How often it is looked whether something is due, where nobody says so: a time is over, or another process recorded something. */
const LOOK_MS = 2_000;
/** As many are fetched at once, so that a claim does not cost a transaction each. */
const FETCH = 50;
const SMALLEST_SHARE = 4;

export function createDeliveryHub(options: HubOptions): DeliveryHub {
  const { deliveries, settings } = options;
  const [closing, readers] = [new AbortController(), new Set<Reader>()];
  const acknowledger = createAcknowledger(options);
  const handOvers = createHandOvers(options);
  const settle = (id: string): void => {
    for (const reader of readers) if (reader.handed.delete(id)) reader.bell.ring();
  };
  return {
    ring() {
      for (const { bell } of readers) bell.ring();
    },
    consume: ({ mailboxes, concurrency = settings().concurrency, signal }) => consume(options, { mailboxes, concurrency, signal: AbortSignal.any([closing.signal, ...(signal ? [signal] : [])]) }, readers, handOvers),
    traceOf: (id) => handOvers.traceOf(id),
    async ack(answer) {
      await handOvers.settle('ack', answer, () => acknowledger.ack(answer.id), () => 'acknowledged');
      settle(answer.id);
    },
    async nack(answer, receipt, { delayMs, error, uncounted }) {
      try {
        const refuse = () => deliveries.nack(answer.id, receipt, { delayMs, uncounted, maxAttempts: settings().maxAttempts, ...(error !== undefined && { error }) });
        return await handOvers.settle('nack', answer, refuse, (state) => (state === 'dead' ? 'dead' : 'refused'));
      } finally {
        settle(answer.id);
      }
    },
    async extend(id, receipt, visibilityMs = settings().visibilityMs) {
      const until = await deliveries.extend(id, receipt, visibilityMs);
      for (const { handed } of readers) if (handed.has(id)) handed.set(id, until);
      return until;
    },
    close: () => closing.abort(),
  };
}

interface Reader {
  /** How many of one mailbox a claim looks for: few where many mailboxes have something, more where a claim finds too little. */
  share: number;
  /** The mailbox that had its turn last. */
  last: string;
  readonly bell: ReturnType<typeof createBell>;
  /** Handed over and not answered, with the time at which they are somebody else's again. */
  readonly handed: Map<string, number>;
}

interface Consuming {
  readonly mailboxes: readonly string[] | undefined;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

async function* consume(options: HubOptions, consuming: Consuming, readers: Set<Reader>, handOvers: HandOvers): AsyncGenerator<DeliveryRow, void, undefined> {
  const { clock, deliveries } = options;
  const { signal } = consuming;
  const reader: Reader = { share: SMALLEST_SHARE, last: '', bell: createBell(), handed: new Map() };
  readers.add(reader);
  let fetched: DeliveryRow[] = [];
  try {
    while (!signal.aborted) {
      const next = fetched.shift();
      if (next) {
        reader.handed.set(next.id, next.claimedUntil ?? 0);
        handOvers.begin(next);
        yield next;
        continue;
      }
      fetched = await fetchMore(options, consuming, reader, handOvers);
      if (fetched.length > 0) continue;
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      await Promise.race([reader.bell.next(until), clock.sleep(LOOK_MS, until).catch(() => {})]).finally(() => over.abort());
    }
  } finally {
    readers.delete(reader);
    for (const id of reader.handed.keys()) handOvers.end(id, 'left');
    // What nobody has seen yet is somebody else's at once.
    await deliveries.giveBack(fetched.map(({ id, receipt = '' }) => ({ id, receipt }))).catch((error: unknown) => options.log.log('warn', 'deliveries.not-given-back', { code: codeOf(error) }));
  }
}

async function fetchMore({ deliveries, clock, log, mailboxes: held, settings: settingsNow }: HubOptions, { mailboxes, concurrency }: Consuming, reader: Reader, handOvers: HandOvers): Promise<DeliveryRow[]> {
  const { handed } = reader;
  const now = clock.now().getTime();
  for (const [id, until] of handed) {
    if (until > now) continue;
    handed.delete(id);
    handOvers.end(id, 'expired');
  }
  const here = held();
  const wanted = here === 'all' ? mailboxes : here.filter((id) => mailboxes?.includes(id) ?? true);
  const limit = Math.min(FETCH, concurrency - handed.size);
  try {
    const settings = settingsNow();
    const perMailbox = Math.max(1, Math.min(limit, reader.share));
    const claimed = await deliveries.claim({ limit, perMailbox, visibilityMs: settings.visibilityMs, maxAttempts: settings.maxAttempts, after: reader.last, ...(wanted && { mailboxes: wanted }) });
    reader.last = claimed.at(-1)?.mailbox ?? reader.last;
    for (const { id, mailbox, unreadable } of claimed) if (unreadable !== undefined) log.log('warn', 'delivery.unreadable', { mailbox, delivery: id, code: unreadable });
    if (claimed.length < perMailbox) reader.share = SMALLEST_SHARE;
    else if (claimed.length < limit) reader.share = Math.min(FETCH, reader.share * 2);
    return [...claimed];
  } catch (error) {
    if (!isMailError(error) || error.retry !== 'safe') throw error;
    log.log('warn', 'deliveries.not-claimed', { code: codeOf(error) });
    return []; // the store is busy or away: looked at again soon
  }
}
