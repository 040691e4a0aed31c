import type { GraphContext } from '../graph-context.ts';
import { collectionOf, type Notification } from './notification.ts';
import type { Subscription } from './subscription.ts';
import type { Webhook } from './webhook.ts';

/** An answer has to come within this time, or it counts as none. */
const PATIENCE = 30_000;
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 600_000;
/** Documented: tried again for so long (FACTS.md E14). */
const GIVES_UP_AFTER = 4 * 3_600_000;

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** Sends a notification, again and again until it is taken or four hours are over, or the subscription is. */
export async function deliver(graph: GraphContext, call: Webhook, subscription: Subscription, { notification, url }: { readonly notification: Notification; readonly url: string }, ending: AbortSignal): Promise<void> {
  const { clock, log } = graph;
  const since = clock.now().getTime();
  const body = await collectionOf(graph, subscription, notification);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const answer = await call(url, CONTENT_TYPE, body, AbortSignal.any([ending, AbortSignal.timeout(PATIENCE)])).catch(() => undefined);
    if (answer && answer.status >= 200 && answer.status < 300) return;
    if (ending.aborted || clock.now().getTime() - since >= GIVES_UP_AFTER) return;
    log.log('debug', 'graph.notification-refused', { subscription: subscription.id, ...(answer && { status: answer.status }) });
    await clock.sleep(pause, ending).catch(() => {});
  }
}
