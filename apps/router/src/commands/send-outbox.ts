import type { EmailAddress } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { OutgoingMail } from '@signalbox/router';
import { isFinalState, type OutboxEntry, type Store } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Material } from '../mail/material.ts';
import { bytesOf } from '../mail/raw-message.ts';
import { deploymentsOf } from '../session/deploying.ts';
import { findMailbox } from '../session/find-mailbox.ts';
import { openOutbox } from '../session/open-router.ts';
import { startWantedTelemetry } from '../telemetry/wanted.ts';
import { UsageError } from '../usage-error.ts';
import { entryJson, renderEntry } from '../view/outbox-table.ts';

export interface OutboxSend {
  readonly store: Store;
  readonly name: string;
  readonly material: Material;
  readonly to?: readonly EmailAddress[];
  readonly cc?: readonly EmailAddress[];
  readonly bcc?: readonly EmailAddress[];
  readonly from?: readonly EmailAddress[];
  readonly subject?: string;
  readonly key?: string;
  readonly at?: Date;
  readonly wait?: boolean;
  readonly timeout: number;
}

/** By what is deployed: that is what the router sends with. */
export async function sendByOutbox(call: Call, send: OutboxSend): Promise<ExitCode> {
  const { store, name, key, at, wait, timeout } = send;
  await using _telemetry = await startWantedTelemetry(call.io.env);
  const { id } = await findMailbox(store, name);
  const revision = await deploymentsOf(store).current();
  await using session = await call.open({ ...(revision && { deployed: { file: revision.file, text: revision.text } }), store });
  const submitted = await openOutbox(session, store).send(id, mailOf(send), { signal: call.io.signal, ...(key !== undefined && { idempotencyKey: key }), ...(at && { sendAt: at }) });
  const entry = wait ? await waitForEnd(call, store, submitted, timeout * 1000) : submitted;
  tell(call, entry, wait ?? false);
  return wait && entry.state !== 'sent' ? EXIT.failed : EXIT.ok;
}

function mailOf({ material, to, cc, bcc, from, subject }: OutboxSend): OutgoingMail {
  if (material.kind === 'text') {
    return { text: material.text, ...(to && { to }), ...(cc && { cc }), ...(bcc && { bcc }), ...(from?.[0] !== undefined && { from: from[0] }), ...(subject !== undefined && { subject }) };
  }
  if (from || subject !== undefined) throw new UsageError('A finished message brings its sender and subject with it.', 'Leave --from and --subject out, or add --direct.');
  const extra = [...(cc ?? []), ...(bcc ?? [])];
  return { message: contentOf(bytesOf(material.message)), ...(to ? { recipients: [...to, ...extra] } : extra.length > 0 && { bcc: extra }) };
}

const LOOK_MS = 300;

/** Until it is sent, or somebody has to decide. */
async function waitForEnd({ io, terminal }: Call, { outbox }: Store, submitted: OutboxEntry, timeoutMs: number): Promise<OutboxEntry> {
  using _progress = terminal.progress('Waiting until it is sent…');
  const { systemClock } = await import('@signalbox/kit');
  let entry = submitted;
  for (const end = performance.now() + timeoutMs; !isFinalState(entry.state) && entry.state !== 'held' && performance.now() < end; ) {
    await systemClock.sleep(LOOK_MS, io.signal);
    entry = (await outbox.find(entry.id)) ?? entry;
  }
  return entry;
}

function tell({ terminal, options }: Call, entry: OutboxEntry, waited: boolean): void {
  const { out } = terminal;
  if (options.json) terminal.json({ ok: !waited || entry.state === 'sent', mailbox: entry.mailbox, entry: entryJson(entry) });
  else if (waited) out.print(renderEntry(entry, [], out));
  else out.tell(`${out.colors.green('✔')} In the outbox of ${out.colors.bold(entry.mailbox)}: ${entry.id} (${entry.state})\n${out.colors.dim(`"signalbox outbox show ${entry.id}" tells what becomes of it.`)}`);
}
