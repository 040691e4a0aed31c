import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { type ConfigProblem, isConfigError, type MailboxRoutes, type WithMailboxes, withMailboxes } from '@signalbox/router';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { adoptSignIns, type SignInState } from '../import/adopt-sign-ins.ts';
import { type Prepared, prepareRows } from '../import/check-rows.ts';
import { replaceText, writeSecrets } from '../import/files.ts';
import { formatOf, type ImportFormat, readRows } from '../import/read-rows.ts';
import { columnOf, ImportError, type ImportRow, type RowProblem } from '../import/row.ts';
import { createStagedTokens, type StagedTokens, storeTokens } from '../import/staged-tokens.ts';
import { readConfigFile } from '../session/config-file.ts';
import type { Session } from '../session/session.ts';
import { UsageError } from '../usage-error.ts';
import { renderProblems } from '../view/problems.ts';
import { renderTable } from '../view/table.ts';
import { plural } from '../view/text.ts';

export interface ImportCommandOptions {
  readonly format?: ImportFormat;
  readonly flow?: string;
  readonly since?: Date;
  readonly secrets?: string;
  readonly dryRun?: boolean;
  readonly timeout: number;
}

interface Imported {
  readonly routes: readonly MailboxRoutes[];
  readonly states: readonly SignInState[];
}

export async function importCommand(call: Call, name: string, options: ImportCommandOptions): Promise<ExitCode> {
  try {
    const imported = await importMailboxes(call, resolve(call.io.cwd, name), options);
    tell(call, imported, options);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    tellProblems(call, name, error.problems);
    return EXIT.failed;
  }
}

async function importMailboxes(call: Call, source: string, options: ImportCommandOptions): Promise<Imported> {
  const { rows, problems } = await readRows(source, options.format ?? formatOf(source));
  const prepared = prepareRows(rows, { file: call.file, cwd: call.io.cwd, ...options });
  demandNone([...problems, ...prepared.problems]);
  if (rows.length === 0) throw new UsageError(`${source} names no mailbox.`, 'Export the old adapter into it: "signalbox import --help" tells the columns.');
  const before = await readConfigFile(call.file);
  const after = withMailboxes(before, prepared.mailboxes);
  if (after === undefined) throw new UsageError(`Mailboxes cannot be added to ${call.shownFile}: it cannot be read, or "mailboxes" is no list.`, 'See "signalbox check".');
  await using store = rows.some(({ secrets }) => secrets.refreshToken) ? await call.openStore({ makes: true }) : undefined;
  const tokens = createStagedTokens(store?.tokens ?? { read: async () => undefined });
  const imported = await tryOut(call, { rows, prepared, after, tokens, timeoutMs: options.timeout * 1000 });
  if (options.dryRun) return imported;
  const secrets = await writeSecrets(prepared.files);
  let kept: Awaited<ReturnType<typeof storeTokens>> | undefined;
  try {
    if (store) kept = await storeTokens(store.tokens, tokens.changes);
    // The last step: nothing that was written before is used without it.
    await replaceText(call.file, { before, after: after.text });
  } catch (error) {
    await Promise.allSettled([kept?.undo(), secrets.undo()]); // neither is used by itself, and why it failed is what counts
    throw error;
  }
  return imported;
}

interface Attempt {
  readonly rows: readonly ImportRow[];
  readonly prepared: Prepared;
  readonly after: WithMailboxes;
  readonly tokens: StagedTokens;
  readonly timeoutMs: number;
}

/** Loads what the configuration would be, and takes the sign-ins over into memory. */
async function tryOut(call: Call, { rows, prepared, after, tokens, timeoutMs }: Attempt): Promise<Imported> {
  await using session = await openWith(call, { rows, after, tokens, prepared });
  const routes = session.routes.slice(-rows.length);
  demandNone(routes.flatMap(({ problems }, index) => problems.filter(({ severity }) => severity === 'error').map((problem) => toRowProblem(problem, rows[index]?.line ?? 0))));
  using progress = call.terminal.progress(`Taking over ${plural(rows.length, 'mailbox', 'mailboxes')}…`);
  const { states, problems } = await adoptSignIns(session, { rows, routes, timeoutMs, signal: call.io.signal, onDone: (count) => progress.update(`Taking over… ${count} of ${rows.length} done`) });
  progress[Symbol.dispose]();
  demandNone(problems);
  return { routes, states };
}

async function openWith(call: Call, { rows, after, tokens, prepared }: Omit<Attempt, 'timeoutMs'>): Promise<Session> {
  const folder = dirname(call.file);
  try {
    return await call.open({
      deployed: { file: call.file, text: after.text },
      tokens,
      // Passwords are where they will be.
      readReference: async (path) => prepared.files.get(isAbsolute(path) ? path : join(folder, path))?.reveal() ?? readFile(path, 'utf8'),
    });
  } catch (error) {
    if (!isConfigError(error)) throw error;
    const theirs = error.problems.map((problem) => rowOf(problem, rows, after));
    if (theirs.some((problem) => problem === undefined)) throw error; // it is not usable without them either
    throw new ImportError(theirs.filter((problem) => problem !== undefined));
  }
}

/** Imported mailboxes are the last ones of the list. */
function rowOf(problem: ConfigProblem, rows: readonly ImportRow[], { before }: WithMailboxes): RowProblem | undefined {
  const [, index] = /^mailboxes\[(\d+)\]/.exec(problem.path) ?? [];
  if (index === undefined) return undefined;
  const row = rows[Number(index) - before];
  return row && toRowProblem(problem, row.line);
}

const toRowProblem = ({ path, message, remedy }: ConfigProblem, line: number): RowProblem => ({ line, field: columnOf(path), message, remedy });

function demandNone(problems: readonly RowProblem[]): void {
  if (problems.length > 0) throw new ImportError(problems.toSorted((a, b) => a.line - b.line));
}

const SIGN_IN = { 'taken-over': 'taken over', 'needed': 'somebody has to sign in', 'none': '' } as const;

function tell(call: Call, { routes, states }: Imported, { dryRun = false }: ImportCommandOptions): void {
  const { terminal, shownFile } = call;
  if (call.options.json) {
    const mailboxes = routes.map(({ mailbox: { id, address, receive, send } }, index) => ({ mailbox: id, address, ...(receive !== undefined && { receive }), ...(send !== undefined && { send }), signIn: states[index] }));
    terminal.json({ ok: true, dryRun, file: call.file, mailboxes });
    return;
  }
  const { out } = terminal;
  const rows = routes.map(({ mailbox: { id, address, receive = '', send = '' } }, index) => [{ text: id, style: out.colors.bold }, address, receive, send, SIGN_IN[states[index] ?? 'none']]);
  out.print(renderTable([{ head: 'Mailbox' }, { head: 'Address' }, { head: 'Receives by' }, { head: 'Sends by' }, { head: 'Sign-in' }], rows, out));
  const count = plural(routes.length, 'mailbox', 'mailboxes');
  out.tell(out.colors.green(dryRun ? `\n${count} can be imported into ${shownFile}. Nothing was changed.` : `\n${count} imported into ${shownFile}. "signalbox plan" shows what deploying it changes.`));
}

function tellProblems({ terminal, options }: Call, file: string, problems: readonly RowProblem[]): void {
  if (options.json) return terminal.json({ ok: false, file, problems });
  const { err } = terminal;
  err.print(`${err.colors.red('✘')} Nothing was imported: ${plural(problems.length, 'problem', 'problems')}.\n\n${renderProblems(problems.map(({ field, ...problem }) => ({ ...problem, path: field, severity: 'error' })), file, err)}`);
}
