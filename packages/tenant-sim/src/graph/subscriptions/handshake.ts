import type { TenantClock } from '../../clock.ts';
import { badRequest } from '../http/graph-error.ts';
import type { Webhook } from './webhook.ts';

/** Documented: an address that takes longer is none (FACTS.md E14). */
const WITHIN = 10_000;

const CONTENT_TYPE = 'text/plain; charset=utf-8';

/** The address has to answer the decoded token as plain text before anything is sent to it. Whoever asked for it may leave before. */
export async function handshake({ call, clock, signal }: { readonly call: Webhook; readonly clock: TenantClock; readonly signal: AbortSignal }, url: string): Promise<void> {
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${crypto.randomUUID()}`;
  const separator = url.includes('?') ? '&' : '?';
  const ending = new AbortController();
  const late = clock.sleep(WITHIN, ending.signal).then(() => {
    throw badRequest('Subscription validation request timed out.', 'ValidationError');
  });
  try {
    const answer = await Promise.race([call(`${url}${separator}validationToken=${encodeURIComponent(token)}`, CONTENT_TYPE, '', AbortSignal.any([signal, ending.signal])).catch(() => undefined), late]);
    if (!answer) throw badRequest('Subscription validation request failed. Notification endpoint could not be reached.', 'ValidationError');
    if (answer.status !== 200) throw badRequest(`Subscription validation request failed. Response must be 200 OK, and was ${answer.status}.`, 'ValidationError');
    if (!answer.contentType.toLowerCase().startsWith('text/plain')) throw badRequest('Subscription validation request failed. Response must have the content type text/plain.', 'ValidationError');
    if (answer.text !== token) throw badRequest('Subscription validation request failed. Response must exactly match validationToken query parameter.', 'ValidationError');
  } finally {
    late.catch(() => {});
    ending.abort();
  }
}
