import { createLimiter } from '@signalbox/kit';
import type { MailboxRecord } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { deploymentsOf } from '../session/deploying.ts';
import { findMailbox } from '../session/find-mailbox.ts';
import { collectStatus, type MailboxStatus, needsSomebody } from '../session/mailbox-status.ts';
import { testIncoming } from '../session/test-incoming.ts';
import { wordsOf } from '../told-error.ts';
import { UsageError } from '../usage-error.ts';
import { failureJson } from '../view/failure.ts';
import { renderStatus, statusJson } from '../view/status-table.ts';

export interface StatusCommandOptions {
  readonly offline?: boolean;
  readonly timeout: number;
}

const AT_ONCE = 8;

export async function statusCommand(call: Call, names: readonly string[], options: StatusCommandOptions): Promise<ExitCode> {
  await using store = await call.openStore();
  const revision = await deploymentsOf(store).current();
  if (!revision) throw new UsageError('No configuration is deployed yet.', '"signalbox apply" deploys one.');
  const wanted: MailboxRecord[] = [];
  for (const name of names) wanted.push(await findMailbox(store, name));
  const chosen = names.length === 0 ? undefined : new Set(wanted.map(({ id }) => id));
  const all = (await collectStatus(store, revision)).filter(({ id }) => chosen?.has(id) ?? true);
  const statuses = options.offline ? all : await withUnread(call, all, revision, options.timeout * 1000);
  const ok = !statuses.some(needsSomebody);
  if (call.options.json) call.terminal.json({ ok, revision: revision.number, mailboxes: statuses.map(statusJson) });
  else call.terminal.out.print(renderStatus(statuses, revision, call.terminal.out));
  return ok ? EXIT.ok : EXIT.failed;
}

/** Asks the mail servers. A configuration that cannot be loaded here leaves the number out, and says why. */
async function withUnread(call: Call, statuses: readonly MailboxStatus[], revision: { readonly file: string; readonly text: string }, timeoutMs: number): Promise<readonly MailboxStatus[]> {
  await using stack = new AsyncDisposableStack();
  const opened = await call.open({ deployed: { file: revision.file, text: revision.text } }).catch((error: unknown) => {
    call.terminal.err.tell(`${call.terminal.err.colors.yellow('!')} Unread mail is not counted: ${call.redact(wordsOf(error))}`);
    return undefined;
  });
  if (!opened) return statuses;
  const session = stack.use(opened);
  using progress = call.terminal.progress('Counting unread mail…');
  let done = 0;
  const limiter = createLimiter(AT_ONCE);
  const routesOf = ({ id, state }: MailboxStatus) => (state === 'paused' ? undefined : session.routes.find(({ mailbox, receive }) => receive && mailbox.id === id));
  const asked = statuses.filter(routesOf).length;
  const count = async (status: MailboxStatus): Promise<MailboxStatus> => {
    const routes = routesOf(status);
    if (!routes) return status;
    using _place = await limiter.acquire(call.io.signal);
    const { outcome } = await testIncoming(session.connections, routes, timeoutMs, call.io.signal);
    done += 1;
    progress.update(`Counting unread mail… ${done} of ${asked} done`);
    if (outcome.kind === 'passed') return { ...status, unread: outcome.unread };
    return outcome.kind === 'failed' && !status.error ? { ...status, error: failureJson(outcome.error, call.redact) } : status;
  };
  return await Promise.all(statuses.map(count));
}
