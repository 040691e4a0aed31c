import type { Revision } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { deploymentsOf } from '../session/deploying.ts';
import { UsageError } from '../usage-error.ts';
import { renderTable } from '../view/table.ts';
import { printable } from '../view/text.ts';

export async function historyCommand(call: Call, { limit, show }: { readonly limit: number; readonly show?: number }): Promise<ExitCode> {
  await using store = await call.openStore();
  const deployments = deploymentsOf(store);
  if (show === undefined) {
    tell(call, (await deployments.history()).slice(0, limit));
    return EXIT.ok;
  }
  const revision = await deployments.read(show);
  if (!revision) throw new UsageError(`There is no revision ${show}.`, '"signalbox history" lists them.');
  const { text, file } = revision;
  if (call.options.json) call.terminal.json({ ok: true, revision: { ...revisionJson(revision), file, text } });
  else call.io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return EXIT.ok;
}

const revisionJson = ({ number, summary, who, appliedAt }: Revision) => ({ number, summary, who, appliedAt });

function tell(call: Call, revisions: readonly Revision[]): void {
  const { out } = call.terminal;
  if (call.options.json) {
    call.terminal.json({ ok: true, revisions: revisions.map(revisionJson) });
    return;
  }
  if (revisions.length === 0) {
    out.tell('Nothing has been deployed yet. "signalbox apply" does it.');
    return;
  }
  const rows = revisions.map(({ number, summary, who, appliedAt }, index) => [
    { text: String(number), ...(index === 0 && { style: out.colors.green }) },
    `${appliedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    { text: printable(who), style: out.colors.cyan },
    printable(summary),
  ]);
  out.print(renderTable([{ head: '', align: 'right', fixed: true }, { head: 'Deployed', fixed: true }, { head: 'By' }, { head: 'What' }], rows, out));
}
