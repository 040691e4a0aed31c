import { ImapRefusal } from '../refusal.ts';
import { capabilities, WORDS } from '../words.ts';
import type { Command } from './command.ts';

export const capability: Command = {
  in: 'any',
  async run(session, parser) {
    parser.end();
    const { behaviour, directory } = session.context;
    const { isSecure } = session;
    await session.untagged(`CAPABILITY ${capabilities({ profile: behaviour.imapProfile, isSecure, isSignedIn: session.signedIn !== undefined, takesPasswords: directory.tenant.basicAuth.imap })}`);
    return 'OK CAPABILITY completed.';
  },
};

export const noop: Command = {
  in: 'any',
  async run(_session, parser) {
    parser.end();
    return 'OK NOOP completed.';
  },
};

export const logout: Command = {
  in: 'any',
  async run(session, parser) {
    parser.end();
    session.unselect();
    session.bye = '';
    await session.untagged(WORDS.loggedOut);
    return 'OK LOGOUT completed.';
  },
};

export const id: Command = {
  in: 'any',
  async run(session, parser) {
    parser.space();
    const nothing = (): boolean => parser.skip('NIL');
    if (!nothing()) parser.list(() => nothing() || parser.string());
    parser.end();
    await session.untagged('ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")');
    return 'OK ID completed.';
  },
};

/** Seen on some tenants since September 2026; SEARCH does not work afterwards (FACTS.md C5). */
export const enable: Command = {
  in: 'signed-in',
  async run(session, parser) {
    if (session.context.behaviour.imapProfile !== '2026-09') throw new ImapRefusal(WORDS.unknownCommand);
    const wanted: string[] = [];
    do {
      parser.space();
      wanted.push(parser.atom().toUpperCase());
    } while (!parser.atEnd);
    session.isRev2 ||= wanted.includes('IMAP4REV2');
    await session.untagged(wanted.includes('IMAP4REV2') ? 'ENABLED IMAP4rev2' : 'ENABLED');
    return 'OK ENABLE completed.';
  },
};
