import { keptSource } from '../../store/source.ts';
import { parseInternalDate } from '../dates.ts';
import { findFolder } from '../folders.ts';
import { stateFrom } from '../flags.ts';
import { ImapRefusal } from '../refusal.ts';
import { ImapSyntaxError } from '../wire/parser.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';

export const append: Command = {
  in: 'signed-in',
  async run(session, parser) {
    parser.space();
    const name = parser.astring();
    parser.space();
    const flags = parser.rest.startsWith('(') ? parser.list(() => parser.flag()) : [];
    if (parser.rest.startsWith(' ')) parser.space();
    const date = parser.rest.startsWith('"') ? parser.string() : undefined;
    if (date !== undefined) parser.space();
    const arrivedAt = date === undefined ? undefined : parseInternalDate(date);
    if (date !== undefined && !arrivedAt) throw new ImapSyntaxError('That is no date.');
    const bytes = parser.literal();
    parser.end();
    const { mailbox } = session;
    const folder = findFolder(mailbox, name);
    if (!folder) throw new ImapRefusal(WORDS.tryCreate(name));
    // A copy: the literal is a piece of what came from the socket.
    const message = mailbox.append(folder, { ...stateFrom(flags), source: keptSource(Buffer.from(bytes)), ...(arrivedAt && { arrivedAt }) });
    return `OK [APPENDUID ${folder.uidValidity} ${message.uid}] APPEND completed.`;
  },
};
