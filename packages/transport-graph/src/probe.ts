import { type CallOptions, isMailError, MailError, type ProbeCheck, type ProbeReport } from '@signalbox/core';
import type { GraphRequest } from './http/request.ts';
import { enter, type Session } from './session.ts';

type Name = ProbeCheck['name'];

const INBOX: GraphRequest = { method: 'GET', path: '/mailFolders/inbox', query: { $select: 'id,unreadItemCount' }, names: 'mailbox', patienceMs: 0 };

/** Of a message that no mailbox has: there is nothing that could be sent. */
const SEND_NOTHING: GraphRequest = { method: 'POST', path: '/messages/c2lnbmFsYm94LXByb2Jl/send', idempotent: true, patienceMs: 0 };

/** What failed tells how far it came: Graph has no step that reaches it without signing in. */
const stepOf = (code: string): Name => (code.startsWith('auth.') || code === 'config.invalid' ? 'authenticate' : code === 'access.denied' || code === 'mailbox.not-found' ? 'receive' : 'reach');

/**
 * One request proves three things, and its failure names the one that lacks; another asks whether mail may be sent. Nothing is sent, marked or moved.
 * Where mail is only sent, being denied the mailbox proves the first two.
 */
export async function checkMailbox(session: Session, reads: boolean, options?: CallOptions): Promise<ProbeReport> {
  enter(session, options);
  const names: readonly Name[] = ['reach', 'authenticate', ...(reads ? ['receive' as const] : []), 'send'];
  const { error, durationMs } = await attempt(session, INBOX, options);
  if (error && (reads || error.code !== 'access.denied')) {
    const step = stepOf(error.code);
    const failed = names.indexOf(step === 'receive' && !reads ? 'send' : step);
    return { checks: names.map((name, index) => (index === failed ? { name, status: 'fail', durationMs, error } : { name, status: index < failed ? 'pass' : 'skipped', durationMs: 0 })) };
  }
  const passed = names.slice(0, -1).map((name, index) => ({ name, status: 'pass' as const, durationMs: index === 0 ? durationMs : 0 }));
  return { checks: [...passed, await checkSending(session, options)] };
}

/**
 * Graph has no way to ask what a token may do, and a token that is limited by Exchange does not tell (FACTS.md D3). Being denied proves that mail may not be sent. That
 * nothing hindered it but that there is no such message is what can be had for the opposite (docs/quirks/graph.md); any other answer tells nothing.
 */
async function checkSending(session: Session, options?: CallOptions): Promise<ProbeCheck> {
  const { error, durationMs } = await attempt(session, SEND_NOTHING, options);
  if (error?.code === 'access.denied') return { name: 'send', status: 'fail', durationMs, error };
  return { name: 'send', status: error?.code === 'message.not-found' ? 'pass' : 'skipped', durationMs };
}

interface Attempt {
  readonly error?: MailError;
  readonly durationMs: number;
}

/** Throws on abort and on disposal alone. */
async function attempt(session: Session, request: GraphRequest, options?: CallOptions): Promise<Attempt> {
  const began = session.clock.now().getTime();
  const took = (): number => Math.max(0, session.clock.now().getTime() - began);
  try {
    await session.client.run({ ...request, signal: options?.signal });
    return { durationMs: took() };
  } catch (reason) {
    options?.signal?.throwIfAborted();
    session.client.closed.throwIfAborted();
    return { durationMs: took(), error: isMailError(reason) ? reason : new MailError('protocol.violation', 'The mailbox could not be checked.', { cause: reason }) };
  }
}
