import { randomUUID } from 'node:crypto';
import { type Callbacks, type FolderId, isMailError, MailError } from '@signalbox/core';
import { anySignal, type Bell, createBell } from '@signalbox/kit';
import { segment } from '../http/request.ts';
import type { Session } from '../session.ts';
import { newsIn } from './notification.ts';

/** Says when to look. That it says nothing means nothing: who watches looks by the clock as well. */
export interface Nudge extends Disposable {
  next(signal: AbortSignal): Promise<void>;
  /** Resolves when it is known whether there is a subscription, or does not seem to become known. */
  settled(signal: AbortSignal | undefined): Promise<void>;
  /** Ids of those that would be left behind if everything ended now: they belong into the next cursor. */
  readonly subscriptions: readonly string[];
}

export interface SubscribeOptions {
  readonly folder: FolderId;
  /** Ids of those that a former process may have left behind: it was called at addresses that are nobody's now. */
  readonly left: readonly string[];
}

const HOUR = 3_600_000;
/** Less than the seven days that are allowed (FACTS.md E14): what a process that is gone has left behind ends by itself. */
const LIFE_MS = 48 * HOUR;
/** Four times within its life, so that three may fail. */
const RENEW_MS = 12 * HOUR;
/** After what could not be subscribed; meanwhile there is the clock. */
const RETRY_MS = 10 * 60_000;
/** So long the first cursor waits for the subscription that it shall tell of: whoever is killed early on leaves one behind each time. */
const SETTLE_MS = 3_000;

/** Keeps one subscription to a folder in being until disposal, in the background. Its failure is logged, and costs nothing but promptness. */
export function subscribe(session: Session, callbacks: Callbacks, { folder, left }: SubscribeOptions): Nudge {
  const over = new AbortController();
  const signal = anySignal(over.signal, session.client.closed) ?? over.signal;
  const upkeep = new Upkeep(session, { folder, left }, signal);
  upkeep.run(callbacks).catch((error: unknown) => {
    if (!signal.aborted) upkeep.tell('warn', 'graph.subscription-given-up', error);
    upkeep.settle();
  });
  return {
    next: (signal) => upkeep.look.next(signal),
    settled: (signal) => upkeep.settled(signal),
    get subscriptions() {
      return upkeep.subscriptions;
    },
    // Without waiting: a watch that is aborted must not hang on a server that hangs.
    [Symbol.dispose]: () => over.abort(),
  };
}

class Upkeep {
  readonly look: Bell = createBell();
  readonly #renew: Bell = createBell();
  readonly #session: Session;
  readonly #folder: FolderId;
  readonly #signal: AbortSignal;
  /** Only the service and we know it: whoever guesses the address still cannot make us look. */
  readonly #clientState = randomUUID();
  readonly #settled = Promise.withResolvers<void>();
  #isSettled = false;
  #left: readonly string[];
  #removed = false;
  #id: string | undefined;

  constructor(session: Session, { folder, left }: SubscribeOptions, signal: AbortSignal) {
    this.#session = session;
    this.#folder = folder;
    this.#left = left;
    this.#signal = signal;
  }

  get subscriptions(): readonly string[] {
    return this.#id === undefined ? this.#left : [...this.#left, this.#id];
  }

  async settled(given: AbortSignal | undefined): Promise<void> {
    if (this.#isSettled) return;
    const over = new AbortController();
    const signal = anySignal(given, this.#signal, over.signal) ?? over.signal;
    try {
      await Promise.race([this.#settled.promise, this.#session.clock.sleep(SETTLE_MS, signal)]);
    } finally {
      over.abort();
      this.settle(); // once is enough
    }
  }

  settle(): void {
    this.#isSettled = true;
    this.#settled.resolve();
  }

  async run(callbacks: Callbacks): Promise<void> {
    const { clock } = this.#session;
    await using address = await callbacks.open(async ({ query, body }) => this.#answer(query['validationToken'], body));
    try {
      for (;;) {
        try {
          await this.#keep(address.url);
        } catch (error) {
          this.#signal.throwIfAborted();
          this.tell('warn', 'graph.subscription-failed', error);
          this.settle();
          await clock.sleep(RETRY_MS, this.#signal);
        }
      }
    } finally {
      await this.#remove();
    }
  }

  tell(level: 'info' | 'warn', event: string, error?: unknown): void {
    this.#session.log.log(level, event, { folder: this.#folder, ...(isMailError(error) && { code: error.code, requestId: error.detail?.requestId }) });
  }

  /** Within three seconds, and what it means later. */
  async #answer(validationToken: string | undefined, body: string): Promise<{ readonly status: number; readonly text?: string }> {
    if (validationToken !== undefined) return { status: 200, text: validationToken };
    for (const news of newsIn(body, this.#clientState)) {
      if (news === 'removed') this.#removed = true;
      if (news === 'look') this.look.ring();
      else this.#renew.ring();
    }
    return { status: 202 };
  }

  /** Until the service has ended it. */
  async #keep(url: string): Promise<void> {
    this.#removed = false;
    const before = this.#forget();
    if (before !== undefined) this.#left = [...this.#left, before]; // it could not be renewed: perhaps it is there all the same
    const id = await this.#create(url);
    this.#session.subscriptions.add(id);
    this.#id = id;
    this.settle();
    this.look.ring(); // what came before it stood was told to nobody
    this.tell('info', 'graph.subscribed');
    while (!this.#removed) {
      await this.#endLeft();
      const isAsked = await this.#untilRenewal();
      if (this.#removed) break;
      try {
        if (isAsked) await this.#session.client.run({ method: 'POST', path: this.#path(`/${segment(id)}/reauthorize`), idempotent: true, signal: this.#signal });
        await this.#session.client.run({ method: 'PATCH', path: this.#path(`/${segment(id)}`), body: { json: { expirationDateTime: this.#expiration() } }, signal: this.#signal });
      } catch (error) {
        if (isGone(error)) break;
        throw error;
      }
    }
    this.#forget();
    this.tell('info', 'graph.subscription-ended');
  }

  async #create(url: string): Promise<string> {
    const { config, client, user } = this.#session;
    const json = {
      changeType: 'created,updated,deleted',
      notificationUrl: url,
      lifecycleNotificationUrl: url, // cannot be added later
      resource: `/users/${user}/mailFolders('${this.#folder}')/messages`,
      expirationDateTime: this.#expiration(),
      clientState: this.#clientState,
    };
    const { id } = await client.json<{ readonly id?: string }>({ method: 'POST', path: `${config.baseUrl}/subscriptions`, body: { json }, names: 'folder', signal: this.#signal });
    if (!id) throw new MailError('protocol.violation', `${client.host} does not name the subscription it has made.`);
    return id;
  }

  /** Whether the service has asked for it, rather than the clock. */
  async #untilRenewal(): Promise<boolean> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    try {
      return await Promise.race([this.#renew.next(signal).then(() => true), this.#session.clock.sleep(RENEW_MS, signal).then(() => false)]);
    } finally {
      over.abort();
    }
  }

  #path(rest: string): string {
    return `${this.#session.config.baseUrl}/subscriptions${rest}`;
  }

  #expiration(): string {
    return new Date(this.#session.clock.now().getTime() + LIFE_MS).toISOString();
  }

  /** Not after disposal of the transport, which does not wait for the network: it ends by itself then. */
  async #remove(): Promise<void> {
    const id = this.#forget();
    if (id === undefined || this.#session.client.closed.aborted) return;
    await this.#end(id);
  }

  #forget(): string | undefined {
    const id = this.#id;
    if (id !== undefined) this.#session.subscriptions.delete(id);
    this.#id = undefined;
    return id;
  }

  /**
   * What a former process could not end itself, because it was killed. Graph would go on calling for two days, for each of them. They are known by
   * the cursor, which belongs to whoever reads the folder now: to look through all that the application has subscribed to would take as many pages as
   * there are mailboxes, for each mailbox.
   */
  async #endLeft(): Promise<void> {
    const left = this.#left.filter((id) => !this.#session.subscriptions.has(id));
    for (const id of left) if (await this.#end(id, this.#signal)) this.#left = this.#left.filter((other) => other !== id);
  }

  /** Whether there is none of that id any more. */
  async #end(id: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#session.client.run({ method: 'DELETE', path: this.#path(`/${segment(id)}`), patienceMs: 0, signal });
      return true;
    } catch (error) {
      if (isGone(error)) return true;
      if (!signal?.aborted) this.tell('info', 'graph.subscription-left', error);
      return false;
    }
  }
}

/** Graph says of a subscription that is gone what it says of any object of the directory. */
const isGone = (error: unknown): boolean => isMailError(error) && (error.code === 'mailbox.not-found' || error.code === 'message.not-found');
