import { type Clock, isMailError, MailError } from '@signalbox/core';
import { refusalToMailError } from '../errors.ts';
import type { Entry, Governor } from './governor.ts';
import { describeError } from './refusal.ts';
import { planRepeat, type Tries } from './repeat.ts';
import { addressOf, type GraphRequest, isIdempotent, isReading, preferOf } from './request.ts';
import { retryAfterOf } from './retry-after.ts';

/** One request of many: below the mailbox, with JSON or nothing. */
export type BatchItem = Pick<GraphRequest, 'method' | 'path' | 'query' | 'prefer' | 'names' | 'idempotent'> & { readonly json?: unknown };

/** `doubtful`: it was sent more than once, and the first time perhaps carried out. */
export type BatchOutcome<T> = { readonly doubtful: boolean } & ({ readonly value: T } | { readonly error: MailError });

export interface BatchRun {
  readonly clock: Clock;
  readonly host: string;
  /** The mailbox, as items have to name it. */
  readonly root: string;
  readonly until: number;
  readonly signal: AbortSignal | undefined;
  readonly governor: Governor;
  /** Requests at a time. */
  readonly most: number;
  readonly send: (body: unknown, entry: Entry, onDoubt: () => void) => Promise<unknown>;
}

/** Documented (FACTS.md E11). */
const MOST_ITEMS = 20;
/** So many items of a batch run at once in a mailbox, whatever else is running there; the rest wait their turn (FACTS.md E11). */
const AT_ONCE = 4;

interface Pending {
  readonly item: BatchItem;
  readonly index: number;
  readonly tries: Tries;
  doubtful: boolean;
}

/** Each item fails or succeeds for itself, and is repeated for itself: a 429 inside a batch is nobody else's business (FACTS.md E11). */
export async function runBatch(run: BatchRun, items: readonly BatchItem[]): Promise<readonly BatchOutcome<unknown>[]> {
  const outcomes = new Map<number, BatchOutcome<unknown>>();
  let pending = items.map((item, index): Pending => ({ item, index, tries: { throttled: 0, transient: 0 }, doubtful: false }));
  while (pending.length > 0) {
    const chunk = await sendChunk(run, pending).catch((error: unknown) => failedAlike(run, error));
    // What failed for all of a batch will fail for the rest; what was done before stays done, and has to be told.
    if (!('sent' in chunk)) {
      for (const { index, doubtful } of pending) outcomes.set(index, { error: chunk.error, doubtful });
      break;
    }
    const again = chunk.sent.filter((one) => {
      const outcome = outcomeOf(run, one, chunk.answers.get(String(one.index)));
      if (outcome) outcomes.set(one.index, outcome);
      return !outcome;
    });
    pending = [...pending.slice(chunk.sent.length), ...again];
  }
  return items.map((_, index) => outcomes.get(index) ?? missing(run.host));
}

function failedAlike({ signal }: BatchRun, error: unknown): { readonly error: MailError } {
  signal?.throwIfAborted();
  if (!isMailError(error)) throw error;
  return { error };
}

interface Answered {
  readonly sent: readonly Pending[];
  readonly answers: ReadonlyMap<string, Answer>;
}

/** As many as there is room for: where the mailbox is busy, no more than the places that were free, or items would be refused. */
async function sendChunk(run: BatchRun, pending: readonly Pending[]): Promise<Answered> {
  const { governor, until, signal, most } = run;
  using entry = await governor.enter({ until, signal, stream: false, bytes: 0, most });
  const sent = pending.slice(0, entry.places >= AT_ONCE ? MOST_ITEMS : entry.places);
  const doubt = (): void => {
    for (const one of sent) one.doubtful = true;
  };
  const answer = await run.send({ requests: sent.map((one) => requestOf(run, one)) }, entry, doubt);
  return { sent, answers: new Map(answersIn(answer).map((one) => [one.id, one])) };
}

function requestOf({ root }: BatchRun, { item, index }: Pending): unknown {
  const { method, json, prefer } = item;
  return {
    id: String(index),
    method,
    url: addressOf(root, item),
    headers: { Prefer: preferOf(prefer), ...(json !== undefined && { 'Content-Type': 'application/json' }) },
    ...(json !== undefined && { body: json }),
  };
}

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const answersIn = (value: unknown): readonly Answer[] =>
  typeof value === 'object' && value !== null && 'responses' in value && Array.isArray(value.responses) ? (value.responses as readonly Answer[]) : [];

/** `undefined`: once more. */
function outcomeOf({ host, clock, governor, until }: BatchRun, pending: Pending, answer: Answer | undefined): BatchOutcome<unknown> | undefined {
  const { doubtful, item } = pending;
  if (!answer) return { ...missing(host), doubtful };
  const { status, body } = answer;
  if (status < 400) return { value: body, doubtful };
  const retryAfterMs = retryAfterOf(new Headers(answer.headers), clock.now());
  const error = refusalToMailError({ status, ...describeError(body), ...(retryAfterMs !== undefined && { retryAfterMs }) }, { host, reading: isReading(item), ...(item.names && { names: item.names }) });
  const repeat = planRepeat({ error, status }, pending.tries, isIdempotent(item));
  if (!repeat || clock.now().getTime() + repeat.waitMs > until) return { error, doubtful };
  governor.pause(repeat.waitMs);
  pending.doubtful ||= error.code !== 'throttled';
  return undefined;
}

const missing = (host: string): { readonly error: MailError; readonly doubtful: boolean } => ({
  error: new MailError('protocol.violation', `${host} has left one answer out of a batch.`),
  doubtful: true,
});
