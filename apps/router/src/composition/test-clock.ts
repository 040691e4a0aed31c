import { readFile } from 'node:fs/promises';
import { type Clock, MailError } from '@signalbox/core';

/** A clock that follows the one of a simulated tenant. Disposal ends the following. */
export interface TestClock extends AsyncDisposable {
  readonly clock: Clock;
}

/**
 * Time as a simulated tenant has it, jumps included. `file` holds what `signalbox-tenant --json` printed.
 * Only for tests, and nothing of it is loaded otherwise: the package of the tenant is installed by whoever tests.
 */
export async function followTestClock(file: string): Promise<TestClock> {
  const { connectControl } = await import('@signalbox/tenant-sim').catch((cause: unknown) => {
    throw refused('There is no simulated tenant whose time could be taken.', 'Install @signalbox/tenant-sim beside signalbox.', cause);
  });
  const address = await readAddress(file);
  await using stack = new AsyncDisposableStack();
  const control = stack.use(
    await connectControl(address).catch((cause: unknown) => {
      throw refused(`The tenant of ${file} does not answer at ${address.url}.`, 'Start signalbox-tenant, and write what it prints with --json into the file.', cause);
    }),
  );
  const clock = stack.use(await control.clock.follow());
  const kept = stack.move();
  return { clock, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function readAddress(file: string): Promise<{ readonly url: string; readonly secret: string; readonly ca: string }> {
  const { url, secret, caFile } = placesIn(await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refused(`The file ${file} cannot be read.`, 'Name the file that holds what signalbox-tenant --json printed.', cause);
  }));
  if (!url || !secret || !caFile) throw refused(`The file ${file} describes no running tenant.`, 'Let it hold what signalbox-tenant --json printed.');
  return { url, secret, ca: await readFile(caFile, 'utf8').catch((cause: unknown) => { throw refused(`The tenant of ${file} has ended: its certificate is gone.`, 'Start signalbox-tenant again.', cause); }) };
}

interface Description {
  readonly caFile?: string;
  readonly doors?: { readonly control?: { readonly url?: string; readonly secret?: string } };
}

function placesIn(text: string): { readonly url?: string | undefined; readonly secret?: string | undefined; readonly caFile?: string | undefined } {
  try {
    const { caFile, doors } = JSON.parse(text) as Description;
    return { url: doors?.control?.url, secret: doors?.control?.secret, caFile };
  } catch {
    return {};
  }
}

const refused = (message: string, remedy: string, cause?: unknown): MailError =>
  new MailError('config.invalid', message, { affects: 'endpoint', remedy: { who: 'operator', action: 'fix-config', text: remedy }, ...(cause !== undefined && { cause }) });
