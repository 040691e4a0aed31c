import type { Command } from 'commander';
import type { ConfigProblem, Explanation } from '@signalbox/router';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Session } from '../session/session.ts';
import { renderProblems } from '../view/problems.ts';
import { renderReasons, renderRoutes } from '../view/routes-table.ts';
import { plural } from '../view/text.ts';
import { examples } from './help.ts';

interface CheckOptions {
  readonly explain?: boolean;
}

export function addCheck(program: Command, host: CallHost): void {
  program
    .command('check')
    .summary('validate the configuration and show what every mailbox will use')
    .description('Validates the configuration and shows, mailbox by mailbox, what will be used and why. Opens no connection.')
    .option('-e, --explain', 'give the reason behind each choice')
    .addHelpText(
      'after',
      examples(['signalbox check', 'is everything in order?'], ['signalbox check --explain', 'why does a mailbox use what it uses?'], ['signalbox check --json --config prod.yaml', 'for scripts']),
    )
    .action(action(host, check));
}

async function check(call: Call, options: CheckOptions): Promise<ExitCode> {
  await using session = await call.open();
  const { explanations } = session;
  const problems = collectProblems(session);
  const broken = explanations.filter(({ receive, send }) => receive.state === 'broken' || send.state === 'broken').length;
  const failed = broken > 0 || problems.some(({ severity }) => severity === 'error');
  if (call.options.json) {
    call.terminal.json({ ok: !failed, file: call.file, organization: session.config.organization, mailboxes: explanations, problems });
  } else show(call, session, explanations, problems, options.explain ?? false);
  return failed ? EXIT.failed : EXIT.ok;
}

/** Each once: a problem of a shared section is told of every mailbox that it breaks. */
function collectProblems({ config, registry, routes }: Session): readonly ConfigProblem[] {
  const all = [...config.warnings, ...registry.problems, ...routes.flatMap(({ problems }) => problems)];
  const unique = new Map(all.map((problem) => [`${problem.path}\n${problem.message}`, problem]));
  return [...unique.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function show(call: Call, session: Session, explanations: readonly Explanation[], problems: readonly ConfigProblem[], withReasons: boolean): void {
  const { out } = call.terminal;
  const { colors } = out;
  out.print(`${colors.bold(session.config.organization)} ${colors.dim(`· ${call.shownFile} · ${plural(explanations.length, 'mailbox', 'mailboxes')}`)}\n`);
  out.print(renderRoutes(explanations, out));
  if (withReasons) out.print(`\n${renderReasons(explanations, out)}`);
  if (problems.length > 0) out.print(`\n${renderProblems(problems, call.shownFile, out)}`);
  out.print(`\n${summary(explanations, problems, call)}`);
}

function summary(explanations: readonly Explanation[], problems: readonly ConfigProblem[], { terminal: { out } }: Call): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const broken = explanations.filter(({ receive, send }) => receive.state === 'broken' || send.state === 'broken').length;
  const noted = warnings > 0 ? `, ${plural(warnings, 'warning')}` : '';
  if (broken > 0) return out.colors.red(`${broken} of ${plural(explanations.length, 'mailbox', 'mailboxes')} cannot be used as configured${noted}; the others can.`);
  if (errors > 0) return out.colors.red(`${plural(errors, 'problem')}${noted}.`);
  return out.colors.green(`Every mailbox has its routes${noted}. "signalbox test incoming" tries them.`);
}
