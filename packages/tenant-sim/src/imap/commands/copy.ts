import { findFolder } from '../folders.ts';
import { ImapRefusal } from '../refusal.ts';
import { formatSet } from '../sequence-set.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';
import { refuseReadOnly } from './expunge.ts';
import { chosenMessages } from './messages.ts';

const copying = (what: 'COPY' | 'MOVE', byUid: boolean): Command => ({
  in: 'selected',
  async run(session, parser) {
    const { selected, mailbox } = session;
    const { messages } = chosenMessages(selected, parser, byUid);
    parser.space();
    const name = parser.astring();
    parser.end();
    if (what === 'MOVE') refuseReadOnly(selected);
    const folder = findFolder(mailbox, name);
    if (!folder) throw new ImapRefusal(WORDS.tryCreate(name));
    const sources = messages.map(({ entry }) => entry.uid);
    const targets = messages.map(({ entry: { message } }) => (what === 'COPY' ? mailbox.copy(message, folder) : mailbox.move(message, folder)).uid);
    const word = byUid ? `UID ${what}` : what;
    const code = sources.length > 0 ? `[COPYUID ${folder.uidValidity} ${formatSet(sources)} ${formatSet(targets)}] ` : '';
    if (what === 'COPY') return `OK ${code}${word} completed.`;
    // Before the EXPUNGEs that follow, so that the client can tell where the messages went (RFC 6851 §4.3).
    if (code !== '') await session.untagged(`OK ${code}Moved UIDs.`);
    return `OK ${word} completed.`;
  },
});

export const copy = copying('COPY', false);
export const uidCopy = copying('COPY', true);
export const move = copying('MOVE', false);
export const uidMove = copying('MOVE', true);
