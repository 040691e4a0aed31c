import type { MailboxEvent } from '../../store/events.ts';
import type { Message } from '../../store/message.ts';
import type { GraphContext } from '../graph-context.ts';
import { readPath } from '../messages/paths.ts';
import { type Lens, MessageView } from '../messages/view.ts';
import { matcher } from '../odata/evaluate.ts';
import type { ChangeType, Subscription } from './subscription.ts';

/** What is told of one message. */
export interface TellableChange {
  readonly type: ChangeType;
  readonly id: string;
  /** As it is now; absent for what is gone from the resource. */
  readonly message?: Message;
}

export const lensFor = (graph: GraphContext, { mailbox, owner, immutableIds }: Subscription): Lens => ({ graph, mailbox, owner, immutableIds, basicsOnly: false });

/** What of an event a subscription is about. With a filter, coming into it is being created and leaving it being deleted (FACTS.md E14). */
export function createChangeReader(graph: GraphContext, subscription: Subscription): (event: MailboxEvent) => readonly TellableChange[] {
  const { mailbox, folder, filter, immutableIds } = subscription;
  const lens = lensFor(graph, subscription);
  const matches = filter && matcher(filter, readPath);
  const passes = (message: Message): boolean => !matches || matches(new MessageView(lens, message));
  const inside = new Set<number>();
  if (matches) for (const message of folder ? folder.messages : mailbox.folders.flatMap(({ messages }) => messages)) if (passes(message)) inside.add(message.number);
  const isAbout = (event: MailboxEvent): boolean => !folder || event.folder === folder;

  const idOf = (message: Message): string => (immutableIds ? mailbox.immutableId(message) : mailbox.ordinaryId(message));
  const came = (message: Message): readonly TellableChange[] => {
    if (!passes(message)) return [];
    inside.add(message.number);
    return [{ type: 'created', id: idOf(message), message }];
  };
  const changed = (message: Message): readonly TellableChange[] => {
    const was = !matches || inside.has(message.number);
    const is = passes(message);
    if (is && !was) return came(message);
    if (!is) inside.delete(message.number);
    if (was) return [{ type: is ? 'updated' : 'deleted', id: idOf(message), ...(is && { message }) }];
    return [];
  };

  return (event) => {
    if (!isAbout(event)) return [];
    if (event.kind === 'message-updated') return changed(event.message);
    // Within the whole mailbox a move is a change, unless the id is another now.
    if (event.kind === 'message-added') return event.movedFrom && !folder && immutableIds ? changed(event.message) : came(event.message);
    if (event.kind !== 'message-removed' || (event.movedTo && !folder && immutableIds)) return [];
    if (matches && !inside.delete(event.number)) return [];
    return [{ type: 'deleted', id: immutableIds ? mailbox.immutableId({ number: event.number }) : mailbox.ordinaryId(event) }];
  };
}
