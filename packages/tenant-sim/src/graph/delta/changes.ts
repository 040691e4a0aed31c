import type { Folder } from '../../store/folder.ts';
import type { Message } from '../../store/message.ts';
import { hiddenSince } from '../find.ts';
import type { Lens } from '../messages/view.ts';
import type { FirstRound } from './tokens.ts';

export type MessageChange =
  | { readonly kind: 'created' | 'updated'; readonly sequence: number; readonly at: number; readonly message: Message }
  | { readonly kind: 'deleted'; readonly sequence: number; readonly at: number; readonly number: number; readonly location: number };

/** Nothing about the message has changed since but that it was read or not. */
export const isMarkOnly = (change: MessageChange, since: number): change is Exclude<MessageChange, { readonly kind: 'deleted' }> => change.kind === 'updated' && change.message.beyondMarkSequence <= since;

/** What happened in a folder after a position, oldest first; undefined when the position is too old. */
export function changesAfter({ graph, mailbox, immutableIds }: Lens, folder: Folder, since: number): readonly MessageChange[] | undefined {
  const found = folder.changesSince(since);
  if (!found) return undefined;
  const cameBack = new Set(found.removed.map(({ number }) => number).filter((number) => mailbox.byNumber(number)?.folder === folder));
  const changes: MessageChange[] = [];
  for (const message of found.added) {
    // Who was out and back in between is not told, unless something else about it has changed or its id is another now.
    if (immutableIds && cameBack.has(message.number) && message.sequence === message.placedSequence) continue;
    changes.push({ kind: immutableIds && cameBack.has(message.number) ? 'updated' : 'created', sequence: message.sequence, at: Math.max(message.placedAt, message.modifiedAt), message });
  }
  for (const message of found.updated) changes.push({ kind: 'updated', sequence: message.sequence, at: message.modifiedAt, message });
  for (const { number, location, sequence, placedSequence, removedAt } of found.removed) {
    if (placedSequence > since || (immutableIds && cameBack.has(number))) continue;
    changes.push({ kind: 'deleted', sequence, at: removedAt, number, location });
  }
  changes.sort((a, b) => a.sequence - b.sequence);
  return untilLag(changes, hiddenSince(graph, mailbox), () => graph.faults.take('graph.lag', { mailbox: mailbox.address }));
}

/** While Graph lags, nothing is told from the first change on that is too young. */
function untilLag(changes: readonly MessageChange[], since: number | undefined, struck: () => void): readonly MessageChange[] {
  if (since === undefined) return changes;
  const end = changes.findIndex(({ at }) => at > since);
  if (end === -1) return changes;
  struck();
  return changes.slice(0, end);
}

/** Where the first round goes on in a list that is newest first; a list that has grown meanwhile has grown elsewhere. */
export function indexAfter(messages: readonly Message[], last: FirstRound | undefined): number {
  if (!last) return 0;
  const isTold = ({ arrivedAt, location }: Message): boolean => arrivedAt > last.arrivedAt || (arrivedAt === last.arrivedAt && location >= last.location);
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const message = messages[middle];
    if (message && isTold(message)) low = middle + 1;
    else high = middle;
  }
  return low;
}
