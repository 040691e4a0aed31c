import { type CallOptions, isMailError, MailError, type ProbeCheck, type ProbeReport } from '@signalbox/core';
import type { GraphRequest } from './http/request.ts';
import { enter, type Session } from './session.ts';

type Name = ProbeCheck['name'];

const INBOX: GraphRequest = { method: 'GET', path: '/mailFolders/inbox', query: { $select: 'id,unreadItemCount' }, names: 'mailbox' };

/** What failed tells how far it came: Graph has no step that reaches it without signing in. */
const STEP_OF = (code: string): Name => (code.startsWith('auth.') || code === 'config.invalid' ? 'authenticate' : code === 'access.denied' || code === 'mailbox.not-found' ? 'receive' : 'reach');

/**
 * One request proves three things, and its failure names the one that lacks. Nothing is sent, marked or moved.
 * Where mail is only sent, being denied the mailbox proves the first two.
 */
export async function checkMailbox(session: Session, reads: boolean, options?: CallOptions): Promise<ProbeReport> {
  enter(session, options);
  const names: readonly Name[] = ['reach', 'authenticate', ...(reads ? ['receive' as const] : [])];
  const began = session.clock.now().getTime();
  const took = (): number => Math.max(0, session.clock.now().getTime() - began);
  try {
    await session.client.json({ ...INBOX, patienceMs: 0, signal: options?.signal });
    return passed(names, took());
  } catch (reason) {
    options?.signal?.throwIfAborted();
    session.client.closed.throwIfAborted();
    if (!reads && isMailError(reason) && reason.code === 'access.denied') return passed(names, took());
    const error = isMailError(reason) ? reason : new MailError('protocol.violation', 'The mailbox could not be checked.', { cause: reason });
    const failed = names.indexOf(STEP_OF(error.code));
    return { checks: names.map((name, index) => (index === failed ? { name, status: 'fail', durationMs: took(), error } : { name, status: index < failed ? 'pass' : 'skipped', durationMs: 0 })) };
  }
}

const passed = (names: readonly Name[], tookMs: number): ProbeReport => ({ checks: names.map((name, index) => ({ name, status: 'pass', durationMs: index === 0 ? tookMs : 0 })) });
