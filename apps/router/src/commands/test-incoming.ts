import type { Command } from 'commander';
import { createLimiter } from '@signalbox/kit';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailboxes } from '../session/choose-mailboxes.ts';
import { type IncomingReport, type Step, testIncoming } from '../session/test-incoming.ts';
import { commandLine, failureJson, renderFailure } from '../view/failure.ts';
import { renderProblems } from '../view/problems.ts';
import { renderHeading } from '../view/heading.ts';
import { plural } from '../view/text.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';

interface TestOptions {
  readonly concurrency: number;
  readonly timeout: number;
}

export function addTestIncoming(test: Command, host: CallHost): void {
  test
    .command('incoming')
    .summary('reach, sign in, read and count unread mail')
    .description('Reaches the server of each mailbox, signs in, looks into its folders and counts the unread mail. Changes nothing; one broken mailbox never stops the others.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .option('-c, --concurrency <number>', 'mailboxes tested at the same time', positive, 8)
    .option('-t, --timeout <seconds>', 'how long one mailbox may take', positive, 30)
    .addHelpText('after', examples(['signalbox test incoming', 'all mailboxes'], ['signalbox test incoming sales support', 'two of them'], ['signalbox test incoming --json', 'one JSON object for scripts']))
    .action(action(host, testAll));
}

async function testAll(call: Call, wanted: readonly string[], options: TestOptions): Promise<ExitCode> {
  await using session = await call.open();
  const chosen = chooseMailboxes(session.routes, wanted);
  const { json } = call.options;
  using progress = call.terminal.progress(`Testing ${plural(chosen.length, 'mailbox', 'mailboxes')}…`);
  const limiter = createLimiter(options.concurrency);
  const pending = chosen.map(async (routes) => {
    using _place = await limiter.acquire(call.io.signal);
    return await testIncoming(session.connections, routes, options.timeout * 1000, call.io.signal);
  });
  // Without this a second failure while the first is awaited would count as unhandled.
  for (const each of pending) each.catch(() => {});
  const reports: IncomingReport[] = [];
  const idWidth = Math.min(24, Math.max(...chosen.map(({ mailbox }) => mailbox.id.length)));
  for (const each of pending) {
    const report = await each; // in the order of the configuration, whatever the order of the answers
    reports.push(report);
    if (!json) progress.print(`${renderReport(report, idWidth, call)}\n`);
    progress.update(`Testing… ${reports.length} of ${chosen.length} done`);
  }
  progress[Symbol.dispose]();
  const failed = reports.filter(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'broken').length;
  const tried = reports.filter(({ outcome }) => outcome.kind !== 'off').length;
  if (json) call.terminal.json({ ok: failed === 0, passed: tried - failed, failed, mailboxes: reports.map((report) => reportJson(report, call)) });
  else call.terminal.out.print(summary(tried, failed, call));
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function renderReport(report: IncomingReport, idWidth: number, { terminal: { out }, shownFile, redact, options }: Call): string {
  const { routes: { mailbox, receive }, outcome, steps, durationMs } = report;
  const { colors } = out;
  const flow = receive?.flow ?? mailbox.receive ?? '';
  const heading = (mark: string): string => renderHeading(mark, { id: mailbox.id, idWidth, rest: [mailbox.address, colors.dim(flow)] }, out);
  const tried = `  ${steps.map((step) => renderStep(step, out.colors)).join('  ')}  ${colors.dim(`${durationMs} ms`)}`;
  switch (outcome.kind) {
    case 'off':
      return `${heading(colors.dim('–'))}\n  ${colors.dim('This mailbox is not configured to receive.')}`;
    case 'broken':
      return `${heading(colors.red('✘'))}\n${renderProblems(outcome.problems, shownFile, { colors, width: out.width - 2 }).replaceAll(/^(?=.)/gm, '  ')}`;
    case 'failed':
      return [heading(colors.red('✘')), tried, renderFailure(outcome.error, { channel: out, redact, indent: '  ', verbose: options.verbose ?? false }), ...(outcome.command === undefined ? [] : [commandLine(outcome.command, out)])].join('\n');
    case 'passed':
      return [heading(colors.green('✔')), tried, `  ${colors.green(`Success! Number of unread emails: ${outcome.unread}`)}`].join('\n');
  }
}

function renderStep({ name, status }: Step, colors: Call['terminal']['out']['colors']): string {
  if (status === 'pass') return `${name} ${colors.green('✔')}`;
  return status === 'fail' ? `${name} ${colors.red('✘')}` : colors.dim(`${name} –`);
}

const summary = (tried: number, failed: number, { terminal: { out } }: Call): string =>
  failed === 0
    ? out.colors.green(`${tried === 1 ? 'The mailbox' : `All ${tried} mailboxes`} can receive.`)
    : out.colors.red(`${failed} of ${plural(tried, 'mailbox', 'mailboxes')} cannot receive.`);

function reportJson({ routes: { mailbox, receive }, outcome, steps, durationMs }: IncomingReport, { redact }: Call): unknown {
  const common = { mailbox: mailbox.id, address: mailbox.address, flow: receive?.flow ?? mailbox.receive ?? null, result: outcome.kind, durationMs, steps };
  if (outcome.kind === 'passed') return { ...common, unread: outcome.unread };
  if (outcome.kind === 'failed') return { ...common, error: failureJson(outcome.error, redact), command: outcome.command };
  return outcome.kind === 'broken' ? { ...common, problems: outcome.problems } : common;
}
