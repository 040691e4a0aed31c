import { authorise } from '../access/authorise.ts';
import { badRequest, GraphError } from '../http/graph-error.ts';
import { created, type Reply } from '../http/reply.ts';
import { jsonBody, type JsonObject } from '../http/request.ts';
import { projectionOf } from '../messages/projection.ts';
import type { RootCall } from '../routing.ts';
import { booleanIn, choiceIn, textIn } from '../write/input.ts';
import { certificateOf } from './encrypt.ts';
import { expirationIn } from './expiration.ts';
import { handshake } from './handshake.ts';
import { watchedResource } from './resource.ts';
import { type ChangeType, showSubscription, type Subscription } from './subscription.ts';

const CHANGE_TYPES: readonly ChangeType[] = ['created', 'updated', 'deleted'];
const LONGEST_CLIENT_STATE = 128;
/** Of one mailbox, over all apps. */
const MOST = 1_000;

/** POST subscriptions. Each address is asked first whether it is there (FACTS.md E14). */
export async function createSubscription(call: RootCall): Promise<Reply> {
  const { graph, principal, request } = call;
  const { clock, subscriptions } = graph;
  const json = await jsonBody(request);
  const encryption = encryptionIn(json);
  const resource = textIn('resource', json['resource']);
  const watched = watchedResource(call, resource);
  if (encryption) checkRich(call, watched);
  const { clientState, latestSupportedTlsVersion } = json;
  if (typeof clientState === 'string' && clientState.length > LONGEST_CLIENT_STATE) throw badRequest('The clientState has more than 128 characters.', 'InvalidRequest');
  const lifecycle = json['lifecycleNotificationUrl'];
  const subscription: Subscription = {
    id: crypto.randomUUID(),
    resource,
    changeTypes: changeTypesIn(json['changeType']),
    notificationUrl: urlIn('notificationUrl', json['notificationUrl']),
    latestSupportedTlsVersion: typeof latestSupportedTlsVersion === 'string' ? latestSupportedTlsVersion : 'v1_2',
    principal,
    immutableIds: request.preferences.immutableIds,
    expiresAt: expirationIn(json['expirationDateTime'], encryption !== undefined, clock.now()),
    ...watched,
    ...(typeof lifecycle === 'string' && { lifecycleNotificationUrl: urlIn('lifecycleNotificationUrl', lifecycle) }),
    ...(typeof clientState === 'string' && { clientState }),
    ...(encryption && { encryption }),
  };
  if (subscriptions.list().filter(({ mailbox }) => mailbox === watched.mailbox).length >= MOST) throw new GraphError(403, 'ExtensionError', 'The number of subscriptions of the mailbox has reached its limit.');
  const addresses = new Set([subscription.notificationUrl, ...(subscription.lifecycleNotificationUrl === undefined ? [] : [subscription.lifecycleNotificationUrl])]);
  for (const url of addresses) await handshake({ call: subscriptions.call, clock, signal: request.signal }, url);
  subscriptions.add(graph, subscription);
  return created({ '@odata.context': `${request.origin}/v1.0/$metadata#subscriptions/$entity`, ...showSubscription(subscription) }, `${request.origin}/v1.0/subscriptions('${subscription.id}')`);
}

function changeTypesIn(value: unknown): ReadonlySet<ChangeType> {
  const names = textIn('changeType', value).split(',').map((name) => name.trim());
  return new Set(names.map((name) => choiceIn('changeType', name, CHANGE_TYPES)));
}

/** HTTPS; plain HTTP only on this machine, for tests. */
function urlIn(name: string, value: unknown): string {
  const text = textIn(name, value);
  const url = URL.parse(text);
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname);
  if (!url || (url.protocol !== 'https:' && !isLocal)) throw badRequest(`The ${name} has to be an HTTPS address.`, 'InvalidRequest');
  return text;
}

function encryptionIn(json: JsonObject): Subscription['encryption'] {
  const rich = json['includeResourceData'];
  if (rich === undefined || rich === null || !booleanIn('includeResourceData', rich)) return undefined;
  const certificate = textIn('encryptionCertificate', json['encryptionCertificate']);
  try {
    certificateOf(certificate);
  } catch {
    throw badRequest('The encryptionCertificate is no certificate in base64.', 'InvalidRequest');
  }
  return { certificate, certificateId: textIn('encryptionCertificateId', json['encryptionCertificateId']) };
}

/** What is sent has to be selected, and may not be a body. */
function checkRich({ principal }: RootCall, { owner, select }: ReturnType<typeof watchedResource>): void {
  authorise(principal, 'read', owner);
  if (!select) throw badRequest('A subscription with resource data needs $select.', 'InvalidRequest');
  if (select.some((name) => /^(body|uniqueBody)$/i.test(name))) throw badRequest('Neither body nor uniqueBody can be part of resource data.', 'InvalidRequest');
  projectionOf({ basicsOnly: false }, select, []);
}
