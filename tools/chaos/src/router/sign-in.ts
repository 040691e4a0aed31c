import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteTenant } from '../tenant/tenant.ts';
import { runCommand } from './command.ts';
import type { Place } from './place.ts';

const TRIES = 10;
const AGAIN_MS = 2_000;

/** What a person does for a mailbox that is opened on behalf of its user, and does again while the tenant is out of order. */
export async function signIn(place: Place, tenant: RemoteTenant, mailbox: SignedIn): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const refusal = await signInOnce(place, tenant, mailbox);
    if (refusal === undefined) return;
    if (tries === TRIES) throw new Error(`Nobody could sign in to ${mailbox.id}: ${refusal}`);
    await sleep(AGAIN_MS);
  }
}

interface SignedIn {
  readonly id: string;
  readonly address: string;
}

/** Starts the command, and goes where it says. Answers what it said where it failed. */
async function signInOnce(place: Place, tenant: RemoteTenant, { id, address }: SignedIn): Promise<string | undefined> {
  let visiting: Promise<void> | undefined;
  const outcome = await runCommand(place, ['auth', 'sign-in', id, '--no-browser'], (stdout) => {
    const [url] = /https:\/\/\S*authorize\?\S+(?=\s)/.exec(stdout) ?? [];
    if (url !== undefined) visiting ??= visit(tenant, url, address).catch(() => {}); // the command tells
  });
  await visiting;
  return outcome.code === 0 ? undefined : outcome.stderr || outcome.stdout;
}

async function visit(tenant: RemoteTenant, url: string, address: string): Promise<void> {
  const back = await tenant.call('signIn', url, address);
  const response = await fetch(back);
  await response.arrayBuffer();
}
