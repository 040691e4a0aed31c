import { exactState, stateFrom } from '../flags.ts';
import { ImapSyntaxError, type Parser } from '../wire/parser.ts';
import type { Command } from './command.ts';
import { refuseReadOnly } from './expunge.ts';
import { chosenMessages, outcome } from './messages.ts';

interface StoreArguments {
  readonly sign: '' | '+' | '-';
  readonly isSilent: boolean;
  readonly flags: readonly string[];
}

const storing = (byUid: boolean): Command => ({
  in: 'selected',
  expunges: byUid,
  async run(session, parser) {
    const { selected } = session;
    const { messages, someGone } = chosenMessages(selected, parser, byUid);
    const { sign, isSilent, flags } = parseArguments(parser);
    refuseReadOnly(selected);
    for (const numbered of messages) {
      const { message, uid } = numbered.entry;
      selected.mailbox.update(message, sign === '' ? exactState(message, flags) : stateFrom(flags, sign === '+'));
      selected.told(numbered);
      if (!isSilent) await session.untagged(`${numbered.number} FETCH (${byUid ? `UID ${uid} ` : ''}FLAGS (${selected.flags(numbered).join(' ')}))`);
    }
    return outcome(byUid ? 'UID STORE' : 'STORE', someGone);
  },
});

export const store = storing(false);
export const uidStore = storing(true);

function parseArguments(parser: Parser): StoreArguments {
  parser.space();
  const sign = parser.skip('+') ? '+' : parser.skip('-') ? '-' : '';
  parser.expect('FLAGS');
  const isSilent = parser.skip('.SILENT');
  parser.space();
  const flags = parser.rest.startsWith('(') ? parser.list(() => parser.flag()) : manyFlags(parser);
  parser.end();
  if (flags.some((flag) => flag.startsWith('\\') && !/^\\(?:Seen|Answered|Flagged|Deleted|Draft)$/i.test(flag))) throw new ImapSyntaxError('There is no such system flag.');
  return { sign, isSilent, flags };
}

function manyFlags(parser: Parser): readonly string[] {
  const flags = [parser.flag()];
  while (parser.skip(' ')) flags.push(parser.flag());
  return flags;
}
