import { type FetchItem, parseFetchItems } from '../fetch/items.ts';
import { type FetchSource, renderFetch } from '../fetch/render.ts';
import type { Numbered } from '../selection.ts';
import type { Session } from '../session.ts';
import { ConnectionEnded } from '../wire/byte-reader.ts';
import type { Command } from './command.ts';
import { chosenMessages, outcome } from './messages.ts';

const fetching = (byUid: boolean): Command => ({
  in: 'selected',
  expunges: byUid,
  async run(session, parser) {
    const { selected } = session;
    const { messages, someGone } = chosenMessages(selected, parser, byUid);
    parser.space();
    const asked = parseFetchItems(parser);
    parser.end();
    const items: readonly FetchItem[] = byUid && !asked.some(({ kind }) => kind === 'UID') ? [{ kind: 'UID' }, ...asked] : asked;
    const source = sourceOf(session);
    for (const numbered of messages) {
      if (isOmitted(session, numbered)) continue;
      const marked = markSeen(session, numbered, items);
      await renderFetch(source, numbered, marked && !items.some(({ kind }) => kind === 'FLAGS') ? [...items, { kind: 'FLAGS' }] : items);
    }
    return outcome(byUid ? 'UID FETCH' : 'FETCH', someGone);
  },
});

export const fetch = fetching(false);
export const uidFetch = fetching(true);

/** BODY[…] marks a message as read, BODY.PEEK[…] does not. Says whether it did. */
function markSeen({ selected }: Session, { entry }: Numbered, items: readonly FetchItem[]): boolean {
  if (selected.isReadOnly || entry.message.isRead || !items.some((item) => item.kind === 'section' && item.marksSeen)) return false;
  selected.mailbox.update(entry.message, { isRead: true });
  return true;
}

function isOmitted({ selected, context, place }: Session, { entry }: Numbered): boolean {
  const { wellKnown, displayName } = selected.folder;
  return context.faults.take('imap.omit-uid', { ...place, folder: wellKnown ?? displayName }, ({ uid }) => uid === entry.uid) !== undefined;
}

function sourceOf(session: Session): FetchSource {
  const { selected: selection, writer, context, ground } = session;
  return {
    selection,
    writer,
    view: ground.view,
    facts: context.facts,
    async beforeLiteral(bytes) {
      const fault = context.faults.take('imap.cut-in-literal', session.place, ({ after }) => bytes.byteLength > after);
      if (!fault) return;
      await writer.write(`{${bytes.byteLength}}\r\n${bytes.subarray(0, fault.after).toString('latin1')}`);
      await writer.flush();
      // A FIN behind what was written, so that it arrives before the end does.
      session.socket.end();
      throw new ConnectionEnded('Cut in a literal.');
    },
  };
}
