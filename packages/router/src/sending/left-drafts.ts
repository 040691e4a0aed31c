import type { MessageRef } from '@signalbox/core';
import type { OutboxEntry } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { SendingContext } from './context.ts';
import { canReceive } from './route.ts';

/**
 * A draft that was made before its handle could be written down: nobody will ever send it, and people wonder about it. Only such an entry is asked
 * for that has never come to the wire with it, and only drafts that bear its stamp are touched. What cannot be done here is left to people.
 */
export async function removeLeftDrafts({ connections, host }: SendingContext, { id, mailbox, messageId }: OutboxEntry, signal: AbortSignal): Promise<void> {
  if (!canReceive(connections, mailbox)) return;
  try {
    const { receive, mutate } = await connections.open(mailbox, 'receive', { signal });
    if (!receive || !mutate) return;
    const { id: folder } = await receive.findFolder({ role: 'drafts' }, { signal });
    const refs: MessageRef[] = [];
    for await (const { ref, keywords } of receive.locate({ messageId, folders: [folder] }, { signal })) if (keywords.has('$draft')) refs.push(ref);
    if (refs.length > 0) await mutate.delete(refs, { mode: 'permanently', signal });
  } catch (error) {
    signal.throwIfAborted();
    host.log.log('warn', 'sending.draft-left', { mailbox, entry: id, code: codeOf(error) });
  }
}
