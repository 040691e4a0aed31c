import { fileURLToPath } from 'node:url';
import type { SideCalls } from './calls.ts';
import type { LabMailboxes } from './lab-mailboxes.ts';
import { type RemoteOptions, startRemote } from './remote.ts';

const SCRIPT = fileURLToPath(new URL('child/process.ts', import.meta.url));

/** Somebody reads every mailbox before anything counts: the server numbers its messages then, and keeps what a listing asks for. */
export async function warmUp({ lab, ...options }: RemoteOptions & { readonly lab: LabMailboxes }): Promise<void> {
  await using child = startRemote<SideCalls>(SCRIPT, options);
  await child.call('start', { side: 'bare', server: lab.server, directory: '', key: '' });
  await child.call('open', lab.ids);
  await child.call('close');
}
