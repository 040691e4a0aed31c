import { badRequest, GraphError } from '../http/graph-error.ts';
import { ok, type Reply } from '../http/reply.ts';
import { addressOf } from '../http/request.ts';
import { withQuery } from '../http/target.ts';
import type { MailboxCall } from '../routing.ts';
import type { DeltaState } from './tokens.ts';

/** Pages of a delta that does not say how long they may be. */
export const USUAL_PAGE = 10;

/** The token of a request, opened; undefined at the start of a first round. */
export function stateOf(call: MailboxCall, of: DeltaState['of'], folder?: number): DeltaState | undefined {
  const { graph, mailbox, request } = call;
  const token = request.query.get('$skiptoken') ?? request.query.get('$deltatoken');
  if (token === undefined || token === '') return undefined;
  const fault = graph.faults.take('graph.delta-gone', { mailbox: mailbox.address, app: call.principal.app.clientId });
  if (fault) throw gone(call, fault.status);
  const state = graph.deltaTokens.open(token);
  if (!state) throw badRequest('Badly formed token.', 'SyncStateNotFound');
  if (state.of !== of || state.mailbox !== mailbox.id || state.folder !== folder) throw badRequest('The token was issued for another resource.', 'SyncStateInvalid');
  return state;
}

/** The position is lost: start again, where Location says (FACTS.md E4, E13). */
export function gone(call: MailboxCall, status: 400 | 404 | 410 = 410): GraphError {
  const location = withQuery(addressOf(call.request), [['$deltatoken', '']]);
  if (status === 404) return new GraphError(404, 'resyncRequired', 'Resync required. Replace any local items with the server version.');
  return new GraphError(status, status === 410 ? 'syncStateNotFound' : 'SyncStateNotFound', 'The sync state generation is not found. The delta token is expired and data must be synchronized again.', status === 410 ? { Location: location } : {});
}

export interface DeltaPosition {
  readonly next: DeltaState;
  /** The client has everything now, and comes back with a deltaLink. */
  readonly isOver: boolean;
}

/** A page with the link to what comes next. */
export function deltaPage({ graph, request }: MailboxCall, type: string, value: readonly unknown[], { next, isOver }: DeltaPosition): Reply {
  const link = withQuery(addressOf(request), [[isOver ? '$deltatoken' : '$skiptoken', graph.deltaTokens.seal(next)]]);
  return ok({ '@odata.context': `${request.origin}/v1.0/$metadata#Collection(${type})`, value, [isOver ? '@odata.deltaLink' : '@odata.nextLink']: link });
}

export const removed = (id: string): Readonly<Record<string, unknown>> => ({ id, '@removed': { reason: 'deleted' } });
