import { ImapRefusal } from '../refusal.ts';
import type { Numbered, Selection } from '../selection.ts';
import type { Command } from './command.ts';

/** Removes what is marked \Deleted; the session learns of it as of any other removal. */
export function expungeDeleted(selection: Selection, among: readonly Numbered[] = selection.all()): void {
  for (const numbered of among) {
    if (!selection.isGone(numbered) && numbered.entry.message.isDeleted) selection.mailbox.remove(numbered.entry.message, 'recoverable');
  }
}

export function refuseReadOnly({ isReadOnly }: Selection): void {
  if (isReadOnly) throw new ImapRefusal('NO [READ-ONLY] The folder is open for reading only.');
}

export const expunge: Command = {
  in: 'selected',
  async run({ selected }, parser) {
    parser.end();
    refuseReadOnly(selected);
    expungeDeleted(selected);
    return 'OK EXPUNGE completed.';
  },
};

export const uidExpunge: Command = {
  in: 'selected',
  async run({ selected }, parser) {
    parser.space();
    const set = parser.sequenceSet();
    parser.end();
    refuseReadOnly(selected);
    expungeDeleted(selected, selected.resolve(set, true));
    return 'OK UID EXPUNGE completed.';
  },
};
