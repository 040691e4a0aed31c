import type { TenantUser } from '../directory/user.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { authorise } from './access/authorise.ts';
import { claimsChallenge, type Principal, understandsChallenges } from './access/principal.ts';
import type { GraphContext } from './graph-context.ts';
import { faultPoint } from './http/faults.ts';
import { badRequest, GraphError, invalidUser, mailboxNotEnabled, outOfScope, unknownSegment } from './http/graph-error.ts';
import type { Reply } from './http/reply.ts';
import { type GraphRequest, header } from './http/request.ts';
import { MAILBOX_ROUTES, ROOT_ROUTES } from './routes.ts';
import type { MailboxCall, Route } from './routing.ts';
import { receive, sessionOf, type UploadRequest } from './uploads/receive.ts';

/** Carries out one request for somebody. Throws GraphErrors, what the store refuses, and Dropped. */
export async function dispatch(graph: GraphContext, request: GraphRequest, principal: Principal): Promise<Reply> {
  const { segments } = request;
  const [root = ''] = segments;
  const isMe = root.toLowerCase() === 'me';
  const isInMailbox = isMe || (root.toLowerCase() === 'users' && segments.length > 2);
  const found = isInMailbox ? MAILBOX_ROUTES.find(withoutAncestors(segments.slice(isMe ? 1 : 2))) : ROOT_ROUTES.find(segments);
  if (!found) throw unknownSegment(segments.at(-1) ?? '');
  const route = found.methods.get(request.method);
  if (!route) throw new GraphError(405, 'ErrorMethodNotAllowed', 'The HTTP method is not allowed for this resource.');
  const call = { graph, request, principal, keys: found.keys, dispatch: (other: GraphRequest) => dispatch(graph, other, principal) };
  if (route.scope === 'root') return carryOut(call, '', () => route.handle(call));
  const owner = ownerOf(graph, principal, isMe ? undefined : (segments[1] ?? ''));
  return carryOut(call, owner.addresses[0] ?? owner.userPrincipalName, () => route.handle({ ...call, owner, mailbox: enter(call, route, owner) }));
}

/** Faults and limits around what the resource does. */
async function carryOut({ graph, request, principal }: Omit<MailboxCall, 'mailbox' | 'owner'>, mailbox: string, work: () => Reply | Promise<Reply>): Promise<Reply> {
  const place = { door: 'graph', mailbox, app: principal.app.clientId };
  if (graph.faults.take('graph.claims-challenge', place, () => understandsChallenges(principal.claims))) throw claimsChallenge();
  if (mailbox !== '') limit(graph, request, place);
  const faults = faultPoint(graph, request, place);
  await faults.before();
  const reply = await work();
  faults.after();
  return reply;
}

/** An uploadUrl needs no token; limits and faults are those of the app that asked for it. */
export async function dispatchUpload(graph: GraphContext, request: UploadRequest): Promise<Reply> {
  const session = sessionOf(graph, request.url);
  const place = { door: 'graph', mailbox: graph.store.mailbox(session.owner)?.address ?? '', app: session.app };
  limit(graph, request, place);
  const faults = faultPoint(graph, request, place);
  await faults.before();
  const reply = await receive(graph, request, session);
  faults.after();
  return reply;
}

function limit({ throttle }: GraphContext, request: Pick<GraphRequest, 'held' | 'headers'>, { app, mailbox }: { readonly app: string; readonly mailbox: string }): void {
  request.held.use(throttle.enter(app, mailbox));
  const size = Number(header(request, 'content-length') ?? 0);
  if (size > 0) throttle.upload(app, mailbox, size);
}

function enter({ graph, principal }: Omit<MailboxCall, 'mailbox' | 'owner'>, route: Extract<Route, { readonly scope: 'mailbox' }>, owner: TenantUser): Mailbox {
  authorise(principal, route.permission, owner);
  const mailbox = graph.store.mailbox(owner.id);
  if (!mailbox) throw mailboxNotEnabled();
  if (!principal.user && graph.faults.take('graph.out-of-scope', { mailbox: mailbox.address, app: principal.app.clientId })) throw outOfScope();
  return mailbox;
}

function ownerOf({ directory }: GraphContext, { user }: Principal, key: string | undefined): TenantUser {
  if (key === undefined) {
    if (!user) throw badRequest('/me request is only valid with delegated authentication flow.');
    return user;
  }
  // `users('oid@tid')` is how Exchange writes it in links.
  const owner = directory.user(key) ?? (key.endsWith(`@${directory.tenant.id}`) ? directory.user(key.slice(0, key.lastIndexOf('@'))) : undefined);
  if (!owner) throw invalidUser(key);
  return owner;
}

/** `mailFolders/a/childFolders/b/messages` is `mailFolders/b/messages`: an id names one folder, wherever it lies. */
function withoutAncestors(segments: readonly string[]): readonly string[] {
  if (segments[0]?.toLowerCase() !== 'mailfolders' || segments[2]?.toLowerCase() !== 'childfolders') return segments;
  const child = segments[3]?.toLowerCase();
  if (child === undefined || child === '$count' || child === 'delta') return segments;
  return withoutAncestors([segments[0], ...segments.slice(3)]);
}
