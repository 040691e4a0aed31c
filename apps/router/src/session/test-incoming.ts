import { isMailError, type MailTransport, type ProbeCheck } from '@signalbox/core';
import type { ConfigProblem, Connections, MailboxRoutes } from '@signalbox/router';
import { asMailError } from '../view/failure.ts';
import { signInCommand } from './sign-in-command.ts';

export type StepName = ProbeCheck['name'];

export interface Step {
  readonly name: StepName;
  readonly status: ProbeCheck['status'];
  readonly durationMs?: number;
}

/** What one mailbox's incoming test found. */
export interface IncomingReport {
  readonly routes: MailboxRoutes;
  readonly durationMs: number;
  readonly steps: readonly Step[];
  readonly outcome:
    | { readonly kind: 'passed'; readonly unread: number }
    | { readonly kind: 'failed'; readonly error: unknown; /** What to run where somebody has to sign in. */ readonly command?: string }
    /** The configuration gives it no route; nothing was tried. */
    | { readonly kind: 'broken'; readonly problems: readonly ConfigProblem[] }
    /** The mailbox is not meant to receive. */
    | { readonly kind: 'off' };
}

const STEPS: readonly StepName[] = ['reach', 'authenticate', 'receive'];

/** Reads and counts, changes nothing. Throws only when `signal` was aborted by `stop`. */
export async function testIncoming(connections: Connections, routes: MailboxRoutes, timeoutMs: number, stop: AbortSignal): Promise<IncomingReport> {
  const started = performance.now();
  const finish = (steps: readonly Step[], outcome: IncomingReport['outcome']): IncomingReport => ({
    routes,
    durationMs: Math.round(performance.now() - started),
    steps,
    outcome,
  });
  if (!routes.wanted.includes('receive')) return finish([], { kind: 'off' });
  if (!routes.receive) return finish([], { kind: 'broken', problems: routes.problems });

  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  let steps: readonly Step[] = [];
  try {
    const transport = await connections.open(routes.mailbox.id, 'receive', { signal });
    const { checks } = await transport.probe.check({ signal });
    // A transport for both directions also tries the other one, which is no business of this test.
    const own = checks.filter(({ name }) => name !== 'send');
    steps = own.map(({ name, status, durationMs }) => ({ name, status, durationMs }));
    const failure = own.find((check) => check.status === 'fail');
    if (failure) return finish(steps, await failed(connections, routes, failure.error));
    return finish(steps, { kind: 'passed', unread: await countUnread(transport, routes, signal) });
  } catch (thrown) {
    stop.throwIfAborted();
    const error = asMailError(thrown);
    return finish(failedSteps(steps, error), await failed(connections, routes, error));
  }
}

async function failed(connections: Connections, routes: MailboxRoutes, error: unknown): Promise<IncomingReport['outcome']> {
  const command = await signInCommand(connections, routes, error);
  return { kind: 'failed', error, ...(command !== undefined && { command }) };
}

async function countUnread({ receive }: MailTransport, { mailbox }: MailboxRoutes, signal: AbortSignal): Promise<number> {
  if (!receive) return 0;
  let total = 0;
  for (const selector of mailbox.folders) {
    const folder = await receive.findFolder(selector, { signal });
    total += await receive.unread(folder.id, { signal });
  }
  return total;
}

/** Opening makes the first steps without telling them apart; the code of its failure does, where it was the mail server that spoke. */
function failedSteps(made: readonly Step[], error: unknown): readonly Step[] {
  if (made.length > 0) return made.map((step) => (step.name === 'receive' ? { name: step.name, status: 'fail' as const } : step));
  const failed = STEPS.indexOf(failingStep(error));
  const before = isOfServer(error) ? 'pass' : 'skipped';
  return STEPS.map((name, index) => ({ name, status: index < failed ? before : index === failed ? 'fail' : 'skipped' }));
}

/** Who speaks when a credential could not even be had: the token service, or the store that keeps the sign-in. */
const OTHERS: readonly string[] = ['oauth', 'file', 'postgresql'];

/** A credential that could not even be had proves nothing of the server it is for. */
const isOfServer = (error: unknown): boolean => isMailError(error) && error.detail !== undefined && !OTHERS.includes(error.detail.protocol);

function failingStep(error: unknown): StepName {
  if (!isMailError(error)) return 'reach';
  if (error.code.startsWith('auth.') || error.code === 'throttled' || error.code === 'access.denied') return 'authenticate';
  return error.code === 'mailbox.not-found' || error.code === 'folder.not-found' ? 'receive' : 'reach';
}
