import type { GraphContext } from '../graph-context.ts';
import { createChangeReader, type TellableChange } from './changes.ts';
import { deliver } from './deliver.ts';
import { changeNotification, lifecycleNotification, type Notification } from './notification.ts';
import type { LifecycleEvent, Subscription } from './subscription.ts';
import { createWebhook, type Webhook } from './webhook.ts';

/** The subscriptions of this tenant's mail, and what they bring about. */
export interface Subscriptions extends AsyncDisposable {
  readonly call: Webhook;
  add(graph: GraphContext, subscription: Subscription): void;
  /** Those that have not expired. */
  list(): readonly Subscription[];
  find(id: string): Subscription | undefined;
  remove(id: string): void;
}

interface Entry extends Disposable {
  readonly graph: GraphContext;
  readonly subscription: Subscription;
}

export function createSubscriptions({ certificates, clock, faults }: Pick<GraphContext, 'certificates' | 'clock' | 'faults'>): Subscriptions {
  const call = createWebhook(certificates);
  const entries = new Map<string, Entry>();
  const ending = new AbortController();
  const running = new Set<Promise<void>>();

  const remove = (id: string): void => {
    entries.get(id)?.[Symbol.dispose]();
    entries.delete(id);
  };
  const isOver = ({ expiresAt }: Subscription): boolean => expiresAt <= clock.now().getTime();
  const list = (): readonly Subscription[] => {
    for (const [id, { subscription }] of entries) if (isOver(subscription)) remove(id);
    return [...entries.values()].map(({ subscription }) => subscription);
  };
  const send = (graph: GraphContext, subscription: Subscription, url: string, notification: Promise<Notification>, wait = 0): void => {
    const work = (wait > 0 ? clock.sleep(wait, ending.signal) : Promise.resolve())
      .then(async () => deliver(graph, call, subscription, { notification: await notification, url }, ending.signal))
      // Ends with the door; the message may be gone before it is told of.
      .catch(() => {})
      .finally(() => running.delete(work));
    running.add(work);
  };

  const tell = (graph: GraphContext, subscription: Subscription, change: TellableChange): void => {
    const place = { mailbox: subscription.mailbox.address, app: subscription.principal.app.clientId };
    if (faults.take('graph.notification-lost', place)) return;
    const late = faults.take('graph.notification-late', place)?.ms ?? 0;
    const times = faults.take('graph.notification-duplicated', place) ? 2 : 1;
    const notification = changeNotification(graph, subscription, change);
    for (let sent = 0; sent < times; sent += 1) send(graph, subscription, subscription.notificationUrl, notification, late);
  };
  const tellLifecycle = (graph: GraphContext, subscription: Subscription, event: LifecycleEvent): void => {
    if (event === 'subscriptionRemoved') remove(subscription.id);
    if (subscription.lifecycleNotificationUrl !== undefined) send(graph, subscription, subscription.lifecycleNotificationUrl, Promise.resolve(lifecycleNotification(graph, subscription, event)));
  };

  const lifecycles = faults.onSet('graph.lifecycle', ({ event, mailbox, app }) => {
    list();
    const meant = [...entries.values()].filter(({ graph, subscription: { owner, principal } }) => (mailbox === undefined || graph.directory.user(mailbox)?.id === owner.id) && (app === undefined || app === principal.app.clientId));
    for (const { graph, subscription } of meant) tellLifecycle(graph, subscription, event);
    return meant.length > 0;
  });

  return {
    call,
    list,
    remove,
    find: (id) => list().find((subscription) => subscription.id === id),
    add(graph, subscription) {
      const read = createChangeReader(graph, subscription);
      const watching = subscription.mailbox.watch((event) => {
        if (isOver(subscription)) return;
        for (const change of read(event)) if (subscription.changeTypes.has(change.type)) tell(graph, subscription, change);
      });
      entries.set(subscription.id, { graph, subscription, [Symbol.dispose]: () => watching[Symbol.dispose]() });
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      lifecycles[Symbol.dispose]();
      for (const id of entries.keys()) remove(id);
      await Promise.allSettled(running);
    },
  };
}
