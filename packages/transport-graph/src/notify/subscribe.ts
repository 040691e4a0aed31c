import { randomUUID } from 'node:crypto';
import { type Callbacks, type FolderId, isMailError, MailError } from '@signalbox/core';
import { anySignal, type Bell, createBell } from '@signalbox/kit';
import { segment } from '../http/request.ts';
import type { Session } from '../session.ts';
import { newsIn } from './notification.ts';

/** Says when to look. That it says nothing means nothing: who watches looks by the clock as well. */
export interface Nudge extends Disposable {
  next(signal: AbortSignal): Promise<void>;
}

const HOUR = 3_600_000;
/** Less than the seven days that are allowed (FACTS.md E14): what a process that is gone has left behind ends by itself. */
const LIFE_MS = 48 * HOUR;
/** Four times within its life, so that three may fail. */
const RENEW_MS = 12 * HOUR;
/** After what could not be subscribed; meanwhile there is the clock. */
const RETRY_MS = 10 * 60_000;

/** Keeps one subscription to a folder in being until disposal, in the background. Its failure is logged, and costs nothing but promptness. */
export function subscribe(session: Session, callbacks: Callbacks, folder: FolderId): Nudge {
  const over = new AbortController();
  const signal = anySignal(over.signal, session.client.closed) ?? over.signal;
  const upkeep = new Upkeep(session, folder, signal);
  upkeep.run(callbacks).catch((error: unknown) => {
    if (!signal.aborted) upkeep.tell('warn', 'graph.subscription-given-up', error);
  });
  return {
    next: (signal) => upkeep.look.next(signal),
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
  #removed = false;
  #id: string | undefined;

  constructor(session: Session, folder: FolderId, signal: AbortSignal) {
    this.#session = session;
    this.#folder = folder;
    this.#signal = signal;
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
    const id = await this.#create(url);
    this.#id = id;
    this.look.ring(); // what came before it stood was told to nobody
    this.tell('info', 'graph.subscribed');
    while (!this.#removed) {
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
    this.#id = undefined;
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
    const id = this.#id;
    if (id === undefined || this.#session.client.closed.aborted) return;
    await this.#session.client.run({ method: 'DELETE', path: this.#path(`/${segment(id)}`), patienceMs: 0 }).catch((error: unknown) => this.tell('info', 'graph.subscription-left', error));
  }
}

/** Graph says of a subscription that is gone what it says of any object of the directory. */
const isGone = (error: unknown): boolean => isMailError(error) && (error.code === 'mailbox.not-found' || error.code === 'message.not-found');
