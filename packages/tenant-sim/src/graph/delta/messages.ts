import type { Folder } from '../../store/folder.ts';
import type { Message } from '../../store/message.ts';
import { hiddenSince, needFolder } from '../find.ts';
import type { Reply } from '../http/reply.ts';
import { lensOf } from '../lens.ts';
import { readPath } from '../messages/paths.ts';
import { projectionOf, showMessages } from '../messages/projection.ts';
import { type Lens, MessageView } from '../messages/view.ts';
import { matcher } from '../odata/evaluate.ts';
import { parseOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import { type DeltaPosition, deltaPage, gone, removed, stateOf, USUAL_PAGE } from './answer.ts';
import { changesAfter, indexAfter, isMarkOnly, type MessageChange } from './changes.ts';
import { firstMessagesState, type ChangeType, changeTypesOf } from './first-state.ts';
import type { DeltaState } from './tokens.ts';

/** GET mailFolders/{}/messages/delta (FACTS.md E4). */
export async function messagesDelta(call: MailboxCall): Promise<Reply> {
  const folder = needFolder(call, call.keys[0] ?? '');
  const lens = lensOf(call);
  const state = stateOf(call, 'messages', folder.number) ?? firstMessagesState(call, folder);
  const { select, expand, filter } = parseOptions(new Map(state.options));
  const types = changeTypesOf(state.options);
  const matches = filter ? matcher(filter, readPath) : () => true;
  const wanted = (message: Message | undefined): boolean => !message || matches(new MessageView(lens, message));
  const size = call.request.preferences.maxPageSize ?? state.pageSize ?? USUAL_PAGE;
  const page: PageRequest = { lens, folder, state, size, types, wanted };
  const { changes, ...position } = state.first ? firstRoundPage(page) : (changesPage(page) ?? refuse(call));
  const whole = await shown(lens, changes, projectionOf(lens, select, expand));
  return deltaPage(call, 'message', state.first ? whole : partly(call, { changes, whole, since: state.since }), position);
}

const refuse = (call: MailboxCall): never => {
  throw gone(call);
};

interface PageRequest {
  readonly lens: Lens;
  readonly folder: Folder;
  readonly state: DeltaState;
  readonly size: number;
  readonly types: ReadonlySet<ChangeType>;
  readonly wanted: (message: Message | undefined) => boolean;
}

interface Page extends DeltaPosition {
  readonly changes: readonly MessageChange[];
}

function firstRoundPage({ lens, folder, state, size, types, wanted }: PageRequest): Page {
  const since = hiddenSince(lens.graph, lens.mailbox) ?? Infinity;
  const all = types.has('created') ? lens.graph.order.inFolder(folder) : [];
  const messages: Message[] = [];
  let at = indexAfter(all, state.first);
  for (; at < all.length && messages.length < size; at += 1) {
    const message = all[at];
    if (message && message.placedAt <= since && wanted(message)) messages.push(message);
  }
  const last = messages.at(-1);
  // A page may be the last but one, and the one after it be empty: clients have to take that.
  const isOver = at >= all.length || !last;
  const changes = messages.map((message): MessageChange => ({ kind: 'created', sequence: message.sequence, at: message.placedAt, message }));
  const { first: _first, ...rest } = state;
  return { changes, isOver, next: isOver ? rest : { ...rest, first: { arrivedAt: last.arrivedAt, location: last.location } } };
}

function changesPage({ lens, folder, state, size, types, wanted }: PageRequest): Page | undefined {
  const all = changesAfter(lens, folder, state.since);
  if (!all) return undefined;
  const told = all.filter((change) => types.has(change.kind) && wanted(change.kind === 'deleted' ? lens.mailbox.byNumber(change.number) : change.message));
  const changes = told.slice(0, size);
  const isOver = told.length <= size;
  // The next round goes on behind the last of what there was, told or not.
  const since = (isOver ? all : changes).at(-1)?.sequence ?? state.since;
  return { changes, isOver, next: { ...state, since } };
}

type Shown = Readonly<Record<string, unknown>>;

async function shown(lens: Lens, changes: readonly MessageChange[], projection: ReturnType<typeof projectionOf>): Promise<readonly Shown[]> {
  const messages = await showMessages(lens, changes.flatMap((change) => (change.kind === 'deleted' ? [] : [change.message])), projection);
  const next = messages.values();
  return changes.map((change) => ({ '@odata.type': '#microsoft.graph.message', ...(change.kind === 'deleted' ? removed(removedId(lens, change)) : next.next().value) }));
}

interface Marked {
  readonly changes: readonly MessageChange[];
  readonly whole: readonly Shown[];
  readonly since: number;
}

/** What a delta has been seen to show of messages that were only marked, "for a few mails" (docs/quirks/graph.md). */
function partly({ graph, mailbox, principal }: MailboxCall, { changes, whole, since }: Marked): readonly Shown[] {
  if (!changes.some((change) => isMarkOnly(change, since))) return whole;
  if (!graph.faults.take('graph.delta-partial', { mailbox: mailbox.address, app: principal.app.clientId })) return whole;
  return whole.map((shownWhole, index) => {
    const change = changes[index];
    if (!change || !isMarkOnly(change, since)) return shownWhole;
    const { message } = change;
    return { '@odata.type': shownWhole['@odata.type'], id: shownWhole['id'], isRead: message.isRead, parentFolderId: mailbox.folderId(message.folder) };
  });
}

function removedId({ immutableIds, mailbox }: Lens, { number, location }: Extract<MessageChange, { readonly kind: 'deleted' }>): string {
  return immutableIds ? mailbox.immutableId({ number }) : mailbox.ordinaryId({ number, location });
}
