import { createLimiter } from '@signalbox/kit';
import type { MailboxRoutes } from '@signalbox/router';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailboxes } from '../session/choose-mailboxes.ts';
import { type MailboxAuth, openMailboxAuths } from '../session/mailbox-auths.ts';
import type { Session } from '../session/session.ts';
import { type AuthRow, type MailboxAuthReport, renderAdvice, renderAuthTable, statusJson } from '../view/auth-table.ts';
import { asMailError, failureJson } from '../view/failure.ts';
import { renderProblems } from '../view/problems.ts';
import { plural } from '../view/text.ts';

export interface StatusOptions {
  readonly timeout: number;
}

const AT_ONCE = 8;

export async function showStatus(call: Call, wanted: readonly string[], options: StatusOptions): Promise<ExitCode> {
  await using session = await call.open();
  const chosen = chooseMailboxes(session.routes, wanted);
  using progress = call.terminal.progress(`Asking for ${plural(chosen.length, 'mailbox', 'mailboxes')}…`);
  const limiter = createLimiter(AT_ONCE);
  const pending = chosen.map(async (routes) => {
    using _place = await limiter.acquire(call.io.signal);
    return await reportOn(session, routes, AbortSignal.any([call.io.signal, AbortSignal.timeout(options.timeout * 1000)]), call);
  });
  const reports = await Promise.all(pending);
  progress[Symbol.dispose]();
  const failed = reports.filter(needsSomebody).length;
  if (call.options.json) call.terminal.json({ ok: failed === 0, mailboxes: reports.map((report) => reportJson(report, call, session.clock.now())) });
  else show(call, reports, failed, session.clock.now());
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

async function reportOn(session: Session, routes: MailboxRoutes, signal: AbortSignal, call: Call): Promise<MailboxAuthReport> {
  const broken = routes.wanted.some((direction) => !routes[direction]);
  try {
    const rows: AuthRow[] = [];
    for (const auth of await openMailboxAuths(session, routes, signal)) rows.push(await statusOf(auth, signal));
    return { routes, rows, broken };
  } catch (error) {
    call.io.signal.throwIfAborted(); // the person has left; a mailbox that takes too long is a finding
    return { routes, rows: [], broken, error: asMailError(error) };
  }
}

const statusOf = async (auth: MailboxAuth, signal: AbortSignal): Promise<AuthRow> => {
  const status = await auth.provider?.status(auth.mailbox, { signal });
  return { ...auth, ...(status && { status }) };
};

const needsSomebody = ({ rows, broken, error }: MailboxAuthReport): boolean => broken || error !== undefined || rows.some(({ status }) => status !== undefined && status.state !== 'ready');

function show(call: Call, reports: readonly MailboxAuthReport[], failed: number, now: Date): void {
  const { out } = call.terminal;
  out.print(renderAuthTable(reports, now, out));
  const advice = renderAdvice(reports, { now, channel: out, redact: call.redact, verbose: call.options.verbose ?? false });
  if (advice !== '') out.print(`\n${advice}`);
  const problems = reports.filter(({ broken }) => broken).flatMap(({ routes }) => routes.problems);
  if (problems.length > 0) out.print(`\n${renderProblems(problems, call.shownFile, out)}`);
  const all = plural(reports.length, 'mailbox', 'mailboxes');
  out.print(`\n${failed === 0 ? out.colors.green(`${reports.length === 1 ? 'The mailbox has' : `All ${all} have`} what is needed to sign in.`) : out.colors.red(`${failed} of ${all} cannot sign in.`)}`);
}

const reportJson = ({ routes: { mailbox, problems }, rows, broken, error }: MailboxAuthReport, { redact }: Call, now: Date): unknown => ({
  mailbox: mailbox.id,
  address: mailbox.address,
  credentials: rows.map((row) => statusJson(row, redact, now)),
  ...(broken && { problems }),
  ...(error !== undefined && { error: failureJson(error, redact) }),
});
