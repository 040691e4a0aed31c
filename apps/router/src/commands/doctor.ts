import type { Command } from 'commander';
import { createLimiter } from '@signalbox/kit';
import type { Direction, DiagnosisRow, MailboxRoutes } from '@signalbox/router';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Examination } from '../doctor/examine.ts';
import type { TodoList } from '../doctor/todo.ts';
import type { Session } from '../session/session.ts';
import { plural } from '../view/text.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';

interface DoctorOptions {
  readonly concurrency: number;
  readonly timeout: number;
}

export function addDoctor(program: Command, host: CallHost): void {
  program
    .command('doctor')
    .summary('find out what is missing, and who has to do what')
    .description(
      'Checks each mailbox in both directions: is the server reached, is its certificate trusted, is there a credential, who consented, what does it carry, does the server take it, does it open the mailbox, are the folders there, may it send. Each failure names who has to do what, with the lines to paste. Sends and changes nothing.',
    )
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .option('-c, --concurrency <number>', 'mailboxes examined at the same time', positive, 8)
    .option('-t, --timeout <seconds>', 'how long a server may take to answer everything', positive, 30)
    .addHelpText('after', examples(['signalbox doctor', 'all mailboxes'], ['signalbox doctor sales', 'one of them'], ['signalbox doctor --json', 'one JSON object for scripts']))
    .action(action(host, doctor));
}

async function doctor(call: Call, wanted: readonly string[], options: DoctorOptions): Promise<ExitCode> {
  const [{ chooseMailboxes }, { TodoList }, { verdictOf }] = await Promise.all([import('../session/choose-mailboxes.ts'), import('../doctor/todo.ts'), import('../doctor/examine.ts')]);
  await using session = await call.open();
  const chosen = chooseMailboxes(session.routes, wanted);
  const todos = new TodoList(session.config);
  const examinations = await examineAll(call, session, chosen, todos, options);
  const verdicts = examinations.map(({ receive, send }) => [verdictOf(receive), verdictOf(send)]);
  const failed = verdicts.filter((each) => each.includes('fail')).length;
  const warned = verdicts.filter((each) => !each.includes('fail') && each.includes('warning')).length;
  if (call.options.json) {
    const { examinationJson } = await import('../doctor/json.ts');
    const mailboxes = examinations.map((each) => examinationJson(each, numbersIn(todos, each.routes), call.redact));
    call.terminal.json({ ok: failed === 0, passed: chosen.length - failed, failed, warned, mailboxes, todo: todos.items() });
  } else await summarise(call, todos, { all: chosen.length, failed, warned });
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

/** In the order of the configuration, whatever the order of the answers; told as they come. */
async function examineAll(call: Call, session: Session, chosen: readonly MailboxRoutes[], todos: TodoList, { concurrency, timeout }: DoctorOptions): Promise<readonly Examination[]> {
  const [{ examine }, { renderExamination }] = await Promise.all([import('../doctor/examine.ts'), import('../doctor/view.ts')]);
  const { io, terminal, redact, shownFile, options } = call;
  using progress = terminal.progress(`Examining ${plural(chosen.length, 'mailbox', 'mailboxes')}…`);
  const limiter = createLimiter(concurrency);
  const pending = chosen.map(async (routes) => {
    using _place = await limiter.acquire(io.signal);
    return await examine(session.connections, routes, timeout * 1000, io.signal);
  });
  for (const each of pending) each.catch(() => {}); // a second failure while the first is awaited would count as unhandled
  const view = { channel: terminal.out, redact, verbose: options.verbose ?? false, shownFile, idWidth: Math.min(24, Math.max(...chosen.map(({ mailbox }) => mailbox.id.length))) };
  const done: Examination[] = [];
  for (const each of pending) {
    const examination = await each;
    done.push(examination);
    if (!options.json) progress.print(`${renderExamination(examination, numbersIn(todos, examination.routes), { ...view, now: session.clock.now() })}\n`);
    progress.update(`Examining… ${done.length} of ${chosen.length} done`);
  }
  return done;
}

/** Notes what the findings of a row ask for. Asked twice it answers the same. */
const numbersIn =
  (todos: TodoList, routes: MailboxRoutes) =>
  (direction: Direction, { check, findings, follows }: DiagnosisRow): readonly number[] =>
    follows ? [] : [...new Set(findings.flatMap((finding) => todos.add(routes, direction, check, finding)))];

async function summarise({ terminal: { out } }: Call, todos: TodoList, { all, failed, warned }: { readonly all: number; readonly failed: number; readonly warned: number }): Promise<void> {
  const items = todos.items();
  if (items.length > 0) {
    const { renderTodos } = await import('../doctor/view.ts');
    out.print(`${renderTodos(items, out)}\n`);
  }
  const noted = warned > 0 ? ` ${plural(warned, 'mailbox has', 'mailboxes have')} a warning.` : '';
  out.print(
    failed === 0
      ? out.colors.green(`${all === 1 ? 'The mailbox is' : `All ${all} mailboxes are`} in order.${noted}`)
      : out.colors.red(`${all === 1 ? 'The mailbox' : `${failed} of ${all} mailboxes`} ${failed === 1 ? 'needs' : 'need'} attention.${noted}`),
  );
}
