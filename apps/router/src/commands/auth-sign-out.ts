import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailbox } from '../session/choose-mailboxes.ts';
import { type MailboxAuth, openMailboxAuths } from '../session/mailbox-auths.ts';
import { requireRoutes } from '../session/require-routes.ts';
import { directionsText } from '../view/auth-table.ts';
import { failureJson, renderFailure } from '../view/failure.ts';

interface SignedOut {
  readonly auth: MailboxAuth;
  /** What was in the way; the others are signed out all the same. */
  readonly error?: unknown;
}

export async function signOut(call: Call, name: string): Promise<ExitCode> {
  await using session = await call.open();
  const routes = chooseMailbox(session.routes, name);
  await requireRoutes(session, routes);
  const { signal } = call.io;
  const results: SignedOut[] = [];
  for (const auth of await openMailboxAuths(session, routes, signal)) {
    try {
      await auth.provider?.revoke(auth.mailbox, { signal });
      results.push({ auth });
    } catch (error) {
      signal.throwIfAborted();
      results.push({ auth, error });
    }
  }
  const failed = results.some(({ error }) => error !== undefined);
  const { id, address } = routes.mailbox;
  if (call.options.json) call.terminal.json({ ok: !failed, mailbox: id, address, credentials: results.map((result) => resultJson(result, call)) });
  else for (const result of results) call.terminal.out.print(renderResult(result, call));
  return failed ? EXIT.failed : EXIT.ok;
}

const resultJson = ({ auth: { directions, plugin }, error }: SignedOut, { redact }: Call): unknown => ({
  directions,
  auth: plugin ?? null,
  ...(error === undefined ? {} : { error: failureJson(error, redact) }),
});

function renderResult({ auth: { mailbox, directions }, error }: SignedOut, { terminal: { out }, redact, options }: Call): string {
  const { colors } = out;
  if (error === undefined) return `${colors.green('✔')} ${colors.bold(mailbox.id)} is signed out, for ${directionsText(directions)}.`;
  return `${colors.red('✘')} ${colors.bold(mailbox.id)}\n${renderFailure(error, { channel: out, redact, indent: '  ', verbose: options.verbose ?? false })}`;
}
