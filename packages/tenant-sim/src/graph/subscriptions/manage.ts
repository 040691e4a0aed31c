import { GraphError } from '../http/graph-error.ts';
import { noContent, ok, type Reply } from '../http/reply.ts';
import { jsonBody } from '../http/request.ts';
import type { RootCall } from '../routing.ts';
import { expirationIn } from './expiration.ts';
import { showSubscription, type Subscription } from './subscription.ts';

/** An app sees its own; with a user, those made for that user. */
function mine({ graph, principal }: RootCall): readonly Subscription[] {
  return graph.subscriptions.list().filter(({ principal: { app, user } }) => app.clientId === principal.app.clientId && user?.id === principal.user?.id);
}

function need(call: RootCall): Subscription {
  const found = mine(call).find(({ id }) => id === call.keys[0]);
  if (!found) throw new GraphError(404, 'ResourceNotFound', `The object was not found.`);
  return found;
}

export const listSubscriptions = (call: RootCall): Reply => ok({ '@odata.context': `${call.request.origin}/v1.0/$metadata#subscriptions`, value: mine(call).map((one) => showSubscription(one)) });

const entity = ({ request }: RootCall, subscription: Subscription): Reply => ok({ '@odata.context': `${request.origin}/v1.0/$metadata#subscriptions/$entity`, ...showSubscription(subscription) });

export const getSubscription = (call: RootCall): Reply => entity(call, need(call));

/** Renewal; nothing else of a subscription can be changed but where it sends to. */
export async function renewSubscription(call: RootCall): Promise<Reply> {
  const subscription = need(call);
  const { expirationDateTime } = await jsonBody(call.request);
  subscription.expiresAt = expirationIn(expirationDateTime, subscription.encryption !== undefined, call.graph.clock.now());
  return entity(call, subscription);
}

export function deleteSubscription(call: RootCall): Reply {
  call.graph.subscriptions.remove(need(call).id);
  return noContent;
}

/** Answers a reauthorizationRequired; prolongs nothing. */
export function reauthorizeSubscription(call: RootCall): Reply {
  need(call);
  return noContent;
}
