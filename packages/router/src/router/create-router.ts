import { randomUUID } from 'node:crypto';
import { type CallOptions, type FolderSelector, type KeywordPatch, MailError } from '@signalbox/core';
import type { OutboxEntry } from '@signalbox/store';
import type { Config } from '../config/config.ts';
import { type Connections, createConnections } from '../connections/connections.ts';
import { createFingerprinter } from '../connections/fingerprint.ts';
import { createLeaseKeeper } from '../leases/keeper.ts';
import type { Delivery } from '../receiving/delivery.ts';
import type { RouterEvent } from '../receiving/events.ts';
import type { ConsumeOptions } from '../receiving/hub.ts';
import { type BacklogCount, createReceiver, type Receiver, type ReceiverUpdate } from '../receiving/receiver.ts';
import type { ReceivingStatus } from '../receiving/status.ts';
import { createRegistry } from '../registry/registry.ts';
import { keepRetention, rulesOf } from '../retention/retention.ts';
import { explain, type Explanation } from '../routing/explain.ts';
import { resolveRoutes } from '../routing/resolve-routes.ts';
import type { MailboxRoutes } from '../routing/route.ts';
import type { ReplyOptions } from '../sending/compose/answer.ts';
import type { OutgoingFields, OutgoingMail } from '../sending/mail.ts';
import { createSending, type Sending, type SendOptions } from '../sending/sending.ts';
import { type SendingSettings, sendingSettingsOf } from '../sending/settings.ts';
import { watchSwitches } from '../switching/watch-switches.ts';
import { contentOf, originalOf } from './answered.ts';
import { type Difference, differenceOf } from './difference.ts';
import type { RouterOptions } from './options.ts';

/**
 * Everything of a configuration at work: mail comes in exactly once, and goes out exactly once. Disposal ends what is under way and gives the
 * mailboxes back; it is idempotent. What is stored stays where it is, and another router goes on from there.
 */
export interface Router extends AsyncDisposable {
  /** What is new, and what was not acknowledged. Each until it is. Break off whenever you like. */
  deliveries(options?: ConsumeOptions): AsyncIterableIterator<Delivery>;
  /** Closes a delivery for ever; once or many times. Throws `delivery.not-found`. */
  ack(deliveryId: string): Promise<void>;
  /** Hands a dead one over again. Throws `delivery.not-found`. */
  replay(deliveryId: string): Promise<void>;
  /** Resolves when the mail is stored; it is sent then, whatever happens. */
  send(mailboxId: string, mail: OutgoingMail, options?: SendOptions): Promise<OutboxEntry>;
  /** Answers the message of a delivery, from the mailbox it came to. Also when the message is gone, with what is known of it. */
  reply(deliveryId: string, mail: OutgoingMail, options?: SendOptions & ReplyOptions): Promise<OutboxEntry>;
  /** Sends the message of a delivery on. Throws `message.not-found` when it is gone. */
  forward(deliveryId: string, mail: OutgoingFields, options?: SendOptions): Promise<OutboxEntry>;
  mark(deliveryId: string, patch: KeywordPatch, options?: CallOptions): Promise<void>;
  move(deliveryId: string, to: FolderSelector, options?: CallOptions): Promise<void>;
  /** Unread messages of a mailbox's folders, as the server counts them. */
  unread(mailboxId: string, options?: CallOptions): Promise<number>;
  status(): Promise<readonly ReceivingStatus[]>;
  /**
   * Takes another configuration over, mailbox by mailbox: those that are added begin, those that are removed end, those that are different go on in the
   * new way, and the others keep their sessions and connections. Nothing that was handed over loses its receipt, and no mail under way is cut off
   * that comes to its end within half a minute. One update follows the other. A mailbox that cannot be opened stops no other. Throws
   * `transport.closed` on a router that is closed, and what the store throws, with nothing changed.
   *
   * `notifications` is the host's: where that section is different, make the router anew.
   */
  update(config: Config): Promise<RouterUpdate>;
  /** What each mailbox uses, and why. */
  explain(): readonly Explanation[];
  events(options?: CallOptions): AsyncIterableIterator<RouterEvent>;
  /** What a first connect of a mailbox would deliver. Changes nothing. */
  backlog(mailboxId: string, options?: CallOptions): Promise<readonly BacklogCount[]>;
  /** What was sent and what is to be sent, entry by entry. */
  readonly outbox: Pick<Sending, 'get' | 'list' | 'history' | 'cancel' | 'retry' | 'markSent'>;
  readonly connections: Connections;
}

/** Ids of mailboxes. */
export type RouterUpdate = Pick<Difference, 'added' | 'changed' | 'removed' | 'unchanged'>;

/** A mailbox that is broken has no way to receive or to send, and says why in `explain`; the others work. Throws what the store throws. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { store, host, node = randomUUID() } = options;
  let { config } = options;
  const routes = await routesOf(config, options);
  for (const { mailbox } of routes) await store.mailboxes.put(mailbox);
  const connections = createConnections({ routes, host: { ...host, tokens: store.tokens } });
  const { clock, log } = host;
  const keeper = createLeaseKeeper({ rows: store.leases, owner: node, clock, log });
  const sending = createSending({
    outbox: store.outbox,
    leases: keeper,
    owner: node,
    connections,
    host: { clock, log },
    settings: sendingSettings(config, options),
    onOutcome: ({ entry, mailbox, event, state }) => receiver.emit({ type: 'outbox-changed', entry, mailbox, event, state, at: clock.now() }),
  });
  const receiver = createReceiver({
    connections,
    store,
    keeper,
    clock,
    log,
    settings: receivingSettings(config, options),
    onReport: async ({ delivery, raw }) => void (await sending.report(raw, { delivery })),
  });
  const stop = new AbortController();
  const running = [
    sending.run(stop.signal),
    keepRetention({ store, clock, log, rules: () => rulesOf(config.retention) }, stop.signal),
    watchSwitches({ store, status: () => receiver.status(), clock, log, who: 'the router' }, stop.signal),
  ];
  const fingerprint = createFingerprinter();
  const takeOver = async (next: Config): Promise<RouterUpdate> => {
    if (stop.signal.aborted) throw new MailError('transport.closed', 'The router is closed.');
    const [before, after] = [connections.mailboxes, await routesOf(next, options)];
    const difference = differenceOf(before, after, fingerprint);
    const { added, changed, removed, unchanged, receiveChanged, sendChanged } = difference;
    const written = new Set([...added, ...changed]);
    for (const { mailbox } of after) if (written.has(mailbox.id)) await store.mailboxes.put(mailbox);
    using _halted = await sending.halt(sendChanged);
    connections.replaceRoutes(after);
    sending.replaceSettings(sendingSettings(next, options));
    const isReadAnother = next.receiving.auditMs !== config.receiving.auditMs || next.receiving.heartbeatMs !== config.receiving.heartbeatMs;
    config = next;
    await receiver.update({ changed: isReadAnother ? new Set(after.map(({ mailbox }) => mailbox.id)) : receiveChanged, settings: receivingSettings(next, options) });
    await connections.closeUnused();
    log.log('info', 'router.updated', { added: added.length, changed: changed.length, removed: removed.length, unchanged: unchanged.length });
    return { added, changed, removed, unchanged };
  };
  let updated: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  return {
    ...verbsOf(receiver, sending),
    connections,
    update(wanted) {
      const before = updated;
      const update = (async () => {
        await before;
        return takeOver(wanted);
      })();
      updated = update.catch(() => {}); // told to whoever asked
      return update;
    },
    explain: () => connections.mailboxes.map(explain),
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        await updated;
        stop.abort();
        await Promise.all([...running, receiver[Symbol.asyncDispose]()]);
        await host.vacated?.();
        await connections[Symbol.asyncDispose]();
      })();
      return closing;
    },
  };
}

async function routesOf(config: Config, { plugins, flows = {}, importFrom }: RouterOptions): Promise<readonly MailboxRoutes[]> {
  const registry = await createRegistry({ bundled: plugins, external: config.plugins, positions: config.positions, ...(importFrom !== undefined && { importFrom }) });
  return resolveRoutes({ config, registry, flows: { ...flows, ...config.flows } });
}

const sendingSettings = (config: Config, { sending }: RouterOptions): Partial<SendingSettings> => ({ ...sendingSettingsOf(config), ...sending });
const receivingSettings = ({ receiving }: Config, { receiving: given }: RouterOptions): ReceiverUpdate['settings'] => ({ ...receiving, ...given });

function verbsOf(receiver: Receiver, sending: Sending): Omit<Router, 'connections' | 'update' | 'explain' | keyof AsyncDisposable> {
  return {
    deliveries: (consuming) => receiver.deliveries(consuming),
    ack: (id) => receiver.ack(id),
    replay: (id) => receiver.replay(id),
    mark: (id, patch, call) => receiver.mark(id, patch, call),
    move: (id, to, call) => receiver.move(id, to, call),
    unread: (mailbox, call) => receiver.unread(mailbox, call),
    status: () => receiver.status(),
    events: (call) => receiver.events(call),
    backlog: (mailbox, call) => receiver.backlog(mailbox, call),
    send: (mailbox, mail, call) => sending.send(mailbox, mail, call),
    async reply(id, mail, call) {
      const delivery = await receiver.find(id);
      return sending.reply({ mailbox: delivery.mailbox, trace: delivery.trace, original: await originalOf(receiver, delivery, call) }, mail, call);
    },
    async forward(id, mail, call) {
      const delivery = await receiver.find(id);
      const [original, content] = [await originalOf(receiver, delivery, call), await contentOf(receiver, delivery, call)];
      return sending.forward({ mailbox: delivery.mailbox, trace: delivery.trace, original, content }, mail, call);
    },
    outbox: sending,
  };
}
