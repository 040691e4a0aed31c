import { type CallOptions, isMailError, type MailTransport, MailError, type ProbeCheck, type TransportContext } from '@signalbox/core';
import { access, constants } from 'node:fs/promises';
import { toMailError } from './errors.ts';
import type { PickupConfig } from './plugin.ts';
import { createSend } from './send.ts';

export async function openPickup({ config, mailbox, clock }: TransportContext<PickupConfig>, options?: CallOptions): Promise<MailTransport> {
  options?.signal?.throwIfAborted();
  await reach(config.directory);
  const closing = new AbortController();
  const enter = (call?: CallOptions): void => {
    call?.signal?.throwIfAborted();
    closing.signal.throwIfAborted();
  };

  return {
    probe: {
      async check(call) {
        enter(call);
        const began = clock.now().getTime();
        const error = await reach(config.directory).then(
          () => undefined,
          (failure: unknown) => failure,
        );
        enter(call);
        const durationMs = clock.now().getTime() - began;
        if (isMailError(error)) return { checks: [{ name: 'reach', durationMs, status: 'fail', error }, skipped] };
        return { checks: [{ name: 'reach', durationMs, status: 'pass' }, { name: 'send', durationMs: 0, status: 'pass' }] };
      },
    },
    send: createSend({ directory: config.directory, sender: mailbox.address, enter }),
    async [Symbol.asyncDispose]() {
      closing.abort(new MailError('transport.closed', 'This transport has been disposed of.'));
    },
  };
}

const skipped: ProbeCheck = { name: 'send', durationMs: 0, status: 'skipped' };

/** Throws unless files can be put there. */
async function reach(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw toMailError(error, directory);
  }
}
