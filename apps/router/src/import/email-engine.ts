import { type RowProblem, toId } from './row.ts';

/**
 * An account as `emailengine export -a ID` prints it (https://learn.emailengine.app/docs/configuration/cli#export-account; the fields are those of its
 * "Register account": https://learn.emailengine.app/docs/api-reference/accounts-api). Looked at on 2026-11-25, release 2.78.
 */
interface Exported {
  readonly account?: unknown;
  readonly email?: unknown;
  readonly imap?: Connection;
  readonly smtp?: Connection;
  readonly oauth2?: Connection & { readonly provider?: unknown; readonly refreshToken?: unknown };
}

interface Connection {
  readonly host?: unknown;
  readonly port?: unknown;
  /** TLS from the first octet. */
  readonly secure?: unknown;
  readonly auth?: { readonly user?: unknown; readonly pass?: unknown; readonly delegatedUser?: unknown; readonly delegatedAccount?: unknown };
}

/** How it stores what is encrypted: it was exported without `--service.secret`. */
const ENCRYPTED = /^\$wd\d*\$/;

/** The same in the columns of the neutral format. */
export function fromEmailEngine(exported: Exported, line: number): { readonly record: Readonly<Record<string, unknown>>; readonly problems: readonly RowProblem[] } {
  const { account, email, imap, smtp, oauth2 } = exported;
  const { user, delegatedUser, delegatedAccount } = oauth2?.auth ?? {};
  const address = delegatedUser ?? email ?? user ?? imap?.auth?.user;
  const record: Record<string, unknown> = {
    id: toId(text(account) ?? ''),
    address,
    ...(oauth2 ? { refreshToken: oauth2.refreshToken, ...(delegatedUser !== undefined && { account: user }) } : { flow: 'basic', password: imap?.auth?.pass ?? smtp?.auth?.pass }),
    ...(!oauth2 && imap?.auth?.user !== address && { username: imap?.auth?.user }),
    ...serverOf('imap', imap),
    ...serverOf('smtp', smtp),
  };
  const problems: RowProblem[] = [];
  for (const field of ['refreshToken', 'password'] as const) {
    if (ENCRYPTED.test(text(record[field]) ?? '')) problems.push({ line, field, message: 'It is encrypted by EmailEngine.', remedy: 'Export the account with EmailEngine\'s "--service.secret" (EENGINE_SECRET).' });
  }
  if (delegatedAccount !== undefined && oauth2?.refreshToken === undefined) {
    problems.push({ line, field: 'refreshToken', message: 'It is opened by the sign-in of another account of EmailEngine.', remedy: 'Give the refresh token of that account, and its user as "account", in the neutral format.' });
  }
  if (text(address) === undefined) problems.push({ line, field: 'address', message: 'It names no address.', remedy: 'Export a whole account, one JSON object in a line.' });
  return { record, problems };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function serverOf(protocol: 'imap' | 'smtp', connection: Connection | undefined): Readonly<Record<string, unknown>> {
  if (connection?.host === undefined) return {};
  return {
    [`${protocol}Host`]: connection.host,
    [`${protocol}Port`]: connection.port,
    ...(typeof connection.secure === 'boolean' && { [`${protocol}Tls`]: connection.secure ? 'implicit' : 'starttls' }),
  };
}
