import type { LineRewriter } from './proxied-connection.ts';

const REFUSALS = 'refusals';

/**
 * Exchange Online's wording over Dovecot, as seen in public issue threads. No CAPABILITY in greeting and login reply;
 * beyond the connection limit it says OK to AUTHENTICATE, BAD to every command after it, then BYE. A kicked session
 * ends as one whose token ran out.
 */
export const exchangeWords: LineRewriter = (line, direction, connection) => {
  const [tag = ''] = line.split(' ', 1);
  if (direction === 'up') {
    if (!connection.keepClient) return line;
    const refusals = (connection.notes.get(REFUSALS) ?? 0) + 1;
    connection.notes.set(REFUSALS, refusals);
    connection.reply(`${tag} BAD User is authenticated but not connected.`);
    if (refusals >= 2) {
      connection.reply('* BYE Connection closed. 14');
      connection.end('fin');
    }
    return null;
  }
  if (/^\S+ NO \[LIMIT\]/u.test(line)) {
    connection.keepClient = true;
    return `${tag} OK AUTHENTICATE completed.`;
  }
  return line
    .replace(/^\* OK \[CAPABILITY [^\]]*\] /u, '* OK ')
    .replace(/^(\S+) OK \[CAPABILITY [^\]]*\] Logged in$/u, '$1 OK AUTHENTICATE completed.')
    .replace(/^(\S+) NO \[AUTHENTICATIONFAILED\] .*/u, '$1 NO AUTHENTICATE failed.')
    .replace(/^\* BYE Server shutting down\.$/u, '* BYE Session invalidated - AccessTokenExpired');
};
