import type { Folder } from '../../store/folder.ts';
import { canonicalName, DELIMITER, findFolder, matcherOf, type NamedFolder, namedFolders, placeFor } from '../folders.ts';
import { ImapRefusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { imapName } from '../wire/strings.ts';
import type { Parser } from '../wire/parser.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';

function nameAfter(parser: Parser): string {
  parser.space();
  return parser.astring();
}

function need(session: Session, name: string): Folder {
  const folder = findFolder(session.mailbox, name);
  if (!folder) throw new ImapRefusal(WORDS.noFolder(name));
  return folder;
}

export const namespace: Command = {
  in: 'signed-in',
  async run(session, parser) {
    parser.end();
    void session.mailbox;
    await session.untagged(`NAMESPACE (("" "${DELIMITER}")) NIL NIL`);
    return 'OK NAMESPACE completed.';
  },
};

const listing = (word: 'LIST' | 'LSUB'): Command => ({
  in: 'signed-in',
  async run(session, parser) {
    const { mailbox } = session;
    const reference = nameAfter(parser);
    parser.space();
    const pattern = parser.listPattern();
    parser.end();
    if (word === 'LIST' && pattern === '') await session.untagged(String.raw`LIST (\Noselect) "${DELIMITER}" ""`);
    else {
      const matches = matcherOf(reference, pattern);
      for (const named of namedFolders(mailbox)) {
        if (!matches(named.name) || (word === 'LSUB' && !named.folder.isSubscribed)) continue;
        await session.untagged(`${word} (${attributes(named).join(' ')}) "${DELIMITER}" ${imapName(named.name)}`);
      }
    }
    return `OK ${word} completed.`;
  },
});

/** Special uses come in a plain LIST, though SPECIAL-USE is not advertised (FACTS.md C5). */
const attributes = ({ folder, hasChildren, use }: NamedFolder): readonly string[] => [
  ...(folder.unreadCount > 0 ? [String.raw`\Marked`] : []),
  hasChildren ? String.raw`\HasChildren` : String.raw`\HasNoChildren`,
  ...(use === undefined ? [] : [use]),
];

export const list = listing('LIST');
export const lsub = listing('LSUB');

const STATUS: Readonly<Record<string, (session: Session, folder: Folder) => number>> = {
  MESSAGES: (_session, { messages }) => messages.length,
  RECENT: ({ ground }, folder) => folder.messages.filter(({ uid }) => uid >= (ground.marks.get(folder) ?? 0)).length,
  UIDNEXT: (_session, { uidNext }) => uidNext,
  UIDVALIDITY: (_session, { uidValidity }) => uidValidity,
  UNSEEN: (_session, { unreadCount }) => unreadCount,
};

export const status: Command = {
  in: 'signed-in',
  async run(session, parser) {
    const name = nameAfter(parser);
    parser.space();
    const items = parser.list(() => parser.atom().toUpperCase());
    parser.end();
    if (items.length === 0 || items.some((item) => !STATUS[item])) throw new ImapRefusal(WORDS.badArgument);
    const folder = need(session, name);
    await session.untagged(`STATUS ${imapName(canonicalName(name))} (${items.map((item) => `${item} ${STATUS[item]?.(session, folder)}`).join(' ')})`);
    return 'OK STATUS completed.';
  },
};

export const create: Command = {
  in: 'signed-in',
  async run(session, parser) {
    // A delimiter at the end says that there will be folders below (RFC 9051 §6.3.4).
    const name = nameAfter(parser).replace(/\/$/, '');
    parser.end();
    const { mailbox } = session;
    if (findFolder(mailbox, name)) throw new ImapRefusal('NO [ALREADYEXISTS] The folder exists already.');
    const place = placeFor(mailbox, name);
    if (!place) throw new ImapRefusal('NO CREATE failed.');
    mailbox.createFolder(place.parent, place.displayName);
    return 'OK CREATE completed.';
  },
};

export const remove: Command = {
  in: 'signed-in',
  async run(session, parser) {
    const name = nameAfter(parser);
    parser.end();
    const folder = need(session, name);
    if (folder.wellKnown) throw new ImapRefusal('NO [CANNOT] DELETE failed.');
    session.mailbox.removeFolder(folder);
    return 'OK DELETE completed.';
  },
};

export const rename: Command = {
  in: 'signed-in',
  async run(session, parser) {
    const from = nameAfter(parser);
    const to = nameAfter(parser);
    parser.end();
    const { mailbox } = session;
    const folder = need(session, from);
    if (findFolder(mailbox, to)) throw new ImapRefusal('NO [ALREADYEXISTS] The folder exists already.');
    if (folder.wellKnown && folder.wellKnown !== 'inbox') throw new ImapRefusal('NO [CANNOT] RENAME failed.');
    const place = placeFor(mailbox, to);
    if (!place) throw new ImapRefusal('NO RENAME failed.');
    if (folder.wellKnown === 'inbox') {
      // INBOX stays, and is empty then (RFC 9051 §6.3.6).
      const target = mailbox.createFolder(place.parent, place.displayName);
      for (const message of folder.messages.slice()) mailbox.move(message, target);
    } else {
      mailbox.moveFolder(folder, place.parent);
      mailbox.renameFolder(folder, place.displayName);
    }
    return 'OK RENAME completed.';
  },
};

const subscription = (word: 'SUBSCRIBE' | 'UNSUBSCRIBE'): Command => ({
  in: 'signed-in',
  async run(session, parser) {
    const folder = need(session, nameAfter(parser));
    parser.end();
    session.mailbox.subscribe(folder, word === 'SUBSCRIBE');
    return `OK ${word} completed.`;
  },
});

export const subscribe = subscription('SUBSCRIBE');
export const unsubscribe = subscription('UNSUBSCRIBE');
