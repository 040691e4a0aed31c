import { type CallOptions, isMailError, type Probe, type ProbeCheck, type TransportContext } from '@signalbox/core';
import { anySignal } from '@signalbox/kit';
import type { SmtpConfig } from './config.ts';
import type { Connector } from './connection/connector.ts';
import type { Session } from './connection/session.ts';
import { replyError, toMailError } from './errors.ts';

type Step = readonly [name: ProbeCheck['name'], make: (options: CallOptions) => Promise<void>];

/**
 * Connects, signs in, and begins a message from the mailbox that it forgets at once (RFC 5321 §4.1.1.5): some servers sign
 * everybody in and only say at MAIL FROM who may send. No recipient is named, so nothing can be sent.
 */
export const createProbe = (context: TransportContext<SmtpConfig>, connector: Connector, closing: AbortSignal): Probe => ({
  async check(options) {
    options?.signal?.throwIfAborted();
    closing.throwIfAborted();
    const signal = anySignal(options?.signal, closing);
    let session: Session | undefined;
    const steps: readonly Step[] = [
      ['reach', async (call) => (await connector.reach(call)).quit()],
      ['authenticate', async (call) => void (session = await connector.connect(call))],
      ['send', async (call) => session && beginMessage(session, context, call)],
    ];
    try {
      return { checks: await inOrder(steps, context, signal) };
    } finally {
      session?.quit();
    }
  },
});

async function beginMessage(session: Session, { mailbox, config }: TransportContext<SmtpConfig>, { signal }: CallOptions): Promise<void> {
  const step = { limitMs: config.commandTimeoutMs, signal };
  const { status, response } = await session.command(`MAIL FROM:<${mailbox.address}>`, step);
  if (status < 200 || status >= 300) throw replyError(response, 'MAIL FROM');
  await session.reset(step);
}

async function inOrder(steps: readonly Step[], { clock, config }: TransportContext<SmtpConfig>, signal: AbortSignal | undefined): Promise<readonly ProbeCheck[]> {
  const checks: ProbeCheck[] = [];
  for (const [name, make] of steps) {
    if (checks.some(({ status }) => status === 'fail')) {
      checks.push({ name, status: 'skipped', durationMs: 0 });
      continue;
    }
    const began = clock.now().getTime();
    const took = (): number => Math.max(0, clock.now().getTime() - began);
    try {
      await make(signal ? { signal } : {});
      checks.push({ name, status: 'pass', durationMs: took() });
    } catch (error) {
      signal?.throwIfAborted();
      checks.push({ name, status: 'fail', durationMs: took(), error: isMailError(error) ? error : toMailError(error, config.host) });
    }
  }
  return checks;
}
