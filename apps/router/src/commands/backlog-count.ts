import { createLimiter } from '@signalbox/kit';
import { type BacklogCount, countBacklog, type MailboxRoutes } from '@signalbox/router';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailboxes } from '../session/choose-mailboxes.ts';
import type { Session } from '../session/session.ts';
import { asMailError, failureJson, renderFailure } from '../view/failure.ts';
import { renderTable } from '../view/table.ts';
import { plural } from '../view/text.ts';

export interface BacklogOptions {
  readonly dryRun?: boolean;
  readonly timeout: number;
}

interface Counted {
  readonly routes: MailboxRoutes;
  readonly folders: readonly BacklogCount[];
  readonly error?: unknown;
}

const AT_ONCE = 8;

export async function backlogCommand(call: Call, wanted: readonly string[], { timeout }: BacklogOptions): Promise<ExitCode> {
  await using session = await call.open();
  const chosen = chooseMailboxes(session.routes, wanted).filter(({ receive }) => receive);
  using progress = call.terminal.progress(`Counting in ${plural(chosen.length, 'mailbox', 'mailboxes')}…`);
  const limiter = createLimiter(AT_ONCE);
  const looked = { mailboxes: 0, messages: 0 };
  const tell = (): void => progress.update(`Counting… ${looked.mailboxes} of ${chosen.length} done, ${plural(looked.messages, 'message')} looked at`);
  const onSeen = (): void => {
    looked.messages += 1;
    if (looked.messages % 100 === 0) tell();
  };
  const pending = chosen.map(async (routes) => {
    using _place = await limiter.acquire(call.io.signal);
    const counted = await countOne(session, routes, { signal: AbortSignal.any([call.io.signal, AbortSignal.timeout(timeout * 1000)]), onSeen, stop: call.io.signal });
    looked.mailboxes += 1;
    tell();
    return counted;
  });
  const counted = await Promise.all(pending);
  progress[Symbol.dispose]();
  if (call.options.json) call.terminal.json({ ok: counted.every(({ error }) => error === undefined), mailboxes: counted.map((each) => countedJson(each, call)) });
  else show(call, counted);
  return counted.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
}

interface CountOne {
  readonly signal: AbortSignal;
  readonly onSeen: () => void;
  /** Ends the command. */
  readonly stop: AbortSignal;
}

async function countOne(session: Session, routes: MailboxRoutes, { signal, onSeen, stop }: CountOne): Promise<Counted> {
  const { mailbox } = routes;
  try {
    const { receive } = await session.connections.open(mailbox.id, 'receive', { signal });
    const { ledger } = await session.store();
    const folders: BacklogCount[] = [];
    for (const selector of mailbox.folders) {
      if (!receive) break;
      const { id: folder, path } = await receive.findFolder(selector, { signal });
      const connected = (await ledger.cursor(mailbox.id, { door: receive.refSpace, folder })) !== undefined;
      folders.push({ folder: path.join('/'), connected, count: connected ? 0 : await countBacklog(receive, folder, mailbox.backlog, { signal, onSeen }) });
    }
    return { routes, folders };
  } catch (error) {
    stop.throwIfAborted();
    return { routes, folders: [], error: asMailError(error) };
  }
}

const policyOf = ({ mailbox: { backlog } }: MailboxRoutes): string => (backlog.kind === 'since' ? `since ${backlog.date.toISOString()}` : backlog.kind);

function show(call: Call, counted: readonly Counted[]): void {
  const { out } = call.terminal;
  const rows = counted.flatMap(({ routes, folders, error }) =>
    error !== undefined
      ? [[{ text: routes.mailbox.id, style: out.colors.bold }, '', policyOf(routes), { text: 'failed', style: out.colors.red }]]
      : folders.map(({ folder, count, connected }) => [{ text: routes.mailbox.id, style: out.colors.bold }, folder, policyOf(routes), connected ? { text: 'connected already', style: out.colors.dim } : String(count)]),
  );
  out.print(renderTable([{ head: 'Mailbox' }, { head: 'Folder' }, { head: 'Backlog', fixed: true }, { head: 'Would be delivered', align: 'right', fixed: true }], rows, out));
  for (const { routes, error } of counted) if (error !== undefined) out.print(`\n${out.colors.bold(routes.mailbox.id)}\n${renderFailure(error, { channel: out, redact: call.redact, indent: '  ' })}`);
}

const countedJson = ({ routes, folders, error }: Counted, { redact }: Call) => ({ mailbox: routes.mailbox.id, backlog: policyOf(routes), folders, ...(error !== undefined && { error: failureJson(error, redact) }) });
