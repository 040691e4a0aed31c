import { ImapRefusal } from '../refusal.ts';
import { KeywordSearch, parseSearchKeys, type SearchKey } from '../search/keys.ts';
import { compileSearch } from '../search/match.ts';
import type { Parser } from '../wire/parser.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';

const CHARSETS = new Set(['US-ASCII', 'UTF-8']);

const searching = (byUid: boolean): Command => ({
  in: 'selected',
  expunges: byUid,
  async run(session, parser) {
    const { selected: selection, ground, context } = session;
    const key = parseSearch(parser);
    // What IMAP4rev2 would be answered is broken there (FACTS.md C5).
    if (session.isRev2) throw new ImapRefusal(WORDS.badArgument);
    const test = compileSearch({ selection, view: ground.view, facts: context.facts }, key);
    const found: number[] = [];
    for (const numbered of selection.all()) {
      if (!selection.isGone(numbered) && (await test(numbered))) found.push(byUid ? numbered.entry.uid : numbered.number);
    }
    await session.untagged(['SEARCH', ...found].join(' '));
    return `OK ${byUid ? 'UID SEARCH' : 'SEARCH'} completed.`;
  },
});

export const search = searching(false);
export const uidSearch = searching(true);

function parseSearch(parser: Parser): SearchKey {
  parser.space();
  if (parser.skip('CHARSET ')) {
    const charset = parser.astring().toUpperCase();
    if (!CHARSETS.has(charset)) throw new ImapRefusal('NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.');
    parser.space();
  }
  try {
    const key = parseSearchKeys(parser, (text) => Buffer.from(text, 'latin1').toString('utf8'));
    parser.end();
    return key;
  } catch (error) {
    throw error instanceof KeywordSearch ? new ImapRefusal(WORDS.badArgument) : error;
  }
}
