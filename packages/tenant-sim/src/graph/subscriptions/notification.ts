import { projectionOf, showMessage } from '../messages/projection.ts';
import { etagOf } from '../messages/versions.ts';
import type { GraphContext } from '../graph-context.ts';
import { lensFor, type TellableChange } from './changes.ts';
import { encrypt } from './encrypt.ts';
import type { LifecycleEvent, Subscription } from './subscription.ts';

export type Notification = Readonly<Record<string, unknown>>;

/** The publisher's app id, in the tokens by which clients know that a rich notification is genuine (FACTS.md E14). */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const AN_HOUR = 3_600;

function common({ directory }: GraphContext, { id, clientState, expiresAt }: Subscription): Notification {
  return { subscriptionId: id, subscriptionExpirationDateTime: new Date(expiresAt).toISOString(), clientState: clientState ?? null, tenantId: directory.tenant.id };
}

export async function changeNotification(graph: GraphContext, subscription: Subscription, { type, id, message }: TellableChange): Promise<Notification> {
  const { mailbox, encryption, owner, select } = subscription;
  const resource = `Users/${owner.id}/Messages/${id}`;
  const lens = lensFor(graph, subscription);
  return {
    id: crypto.randomUUID(),
    ...common(graph, subscription),
    changeType: type,
    resource,
    resourceData: { '@odata.type': '#Microsoft.Graph.Message', '@odata.id': resource, ...(message && { '@odata.etag': etagOf(mailbox, message.sequence) }), id },
    ...(encryption && message && { encryptedContent: encrypt(await showMessage(lens, message, projectionOf(lens, select, [])), encryption) }),
  };
}

export const lifecycleNotification = (graph: GraphContext, subscription: Subscription, event: LifecycleEvent): Notification => ({ ...common(graph, subscription), lifecycleEvent: event });

/** What is posted: rich notifications bring proof of where they come from. */
export async function collectionOf(graph: GraphContext, { principal, encryption }: Subscription, notification: Notification): Promise<string> {
  if (!encryption) return JSON.stringify({ value: [notification] });
  const { clock, directory, tokens } = graph;
  const now = Math.floor(clock.now().getTime() / 1_000);
  const token = await tokens.sign({
    aud: principal.app.clientId,
    iss: `https://sts.windows.net/${directory.tenant.id}/`,
    iat: now,
    nbf: now,
    exp: now + AN_HOUR,
    appid: PUBLISHER,
    azp: PUBLISHER,
    tid: directory.tenant.id,
    ver: '1.0',
  });
  return JSON.stringify({ value: [notification], validationTokens: [token] });
}
