import { findFolder } from '../folders.ts';
import { FLAG_LIST } from '../flags.ts';
import { ImapRefusal } from '../refusal.ts';
import { Selection } from '../selection.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';
import { expungeDeleted } from './expunge.ts';

const opening = (word: 'SELECT' | 'EXAMINE'): Command => ({
  in: 'signed-in',
  async run(session, parser) {
    parser.space();
    const name = parser.astring();
    parser.end();
    const { mailbox } = session;
    // Also when it fails, no folder is open afterwards (RFC 9051 §6.3.2).
    session.unselect();
    const folder = findFolder(mailbox, name);
    if (!folder) throw new ImapRefusal(WORDS.noFolder(name));
    const isReadOnly = word === 'EXAMINE';
    const selection = new Selection(mailbox, folder, { isReadOnly, marks: session.ground.marks });
    session.selection = selection;
    const unseen = selection.firstUnseen;
    const lines = [
      `${selection.size} EXISTS`,
      `${selection.recentCount} RECENT`,
      `FLAGS ${FLAG_LIST}`,
      `OK [PERMANENTFLAGS ${isReadOnly ? '()' : FLAG_LIST}] Permanent flags`,
      ...(unseen === undefined ? [] : [`OK [UNSEEN ${unseen}] Is the first unseen message`]),
      `OK [UIDVALIDITY ${folder.uidValidity}] UIDVALIDITY value`,
      `OK [UIDNEXT ${folder.uidNext}] The next unique identifier value`,
    ];
    for (const line of lines) await session.untagged(line);
    return `OK [READ-${isReadOnly ? 'ONLY' : 'WRITE'}] ${word} completed.`;
  },
});

export const select = opening('SELECT');
export const examine = opening('EXAMINE');

export const close: Command = {
  in: 'selected',
  async run(session, parser) {
    parser.end();
    const { selected } = session;
    if (!selected.isReadOnly) expungeDeleted(selected);
    session.unselect();
    return 'OK CLOSE completed.';
  },
};

export const unselect: Command = {
  in: 'selected',
  async run(session, parser) {
    parser.end();
    session.unselect();
    return 'OK UNSELECT completed.';
  },
};

export const check: Command = {
  in: 'selected',
  async run(_session, parser) {
    parser.end();
    return 'OK CHECK completed.';
  },
};
