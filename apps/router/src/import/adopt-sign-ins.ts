import { createLimiter } from '@signalbox/kit';
import type { MailboxRoutes } from '@signalbox/router';
import { isMailError } from '@signalbox/core';
import { openMailboxAuths } from '../session/mailbox-auths.ts';
import type { Session } from '../session/session.ts';
import { wordsOf } from '../told-error.ts';
import { asMailError } from '../view/failure.ts';
import type { ImportRow, RowProblem } from './row.ts';

/** How an imported mailbox signs in: with what was taken over, after somebody has signed in, or without anybody doing so. */
export type SignInState = 'taken-over' | 'needed' | 'none';

export interface Adopted {
  readonly states: readonly SignInState[];
  readonly problems: readonly RowProblem[];
}

export interface Adopting {
  readonly rows: readonly ImportRow[];
  readonly routes: readonly MailboxRoutes[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with how many rows are done. */
  readonly onDone: (count: number) => void;
}

const AT_ONCE = 8;

/** Takes over the sign-in of each row that has one. `rows` and `routes` are of the same mailboxes, in the same order. */
export async function adoptSignIns(session: Session, { rows, routes, timeoutMs, signal, onDone }: Adopting): Promise<Adopted> {
  const limiter = createLimiter(AT_ONCE);
  const problems: RowProblem[] = [];
  let done = 0;
  const states = await Promise.all(
    rows.map(async (row, index): Promise<SignInState> => {
      using _place = await limiter.acquire(signal);
      const mailbox = routes[index];
      if (!mailbox) return 'none';
      try {
        return await adoptOne(session, { row, routes: mailbox, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
      } catch (thrown) {
        signal.throwIfAborted();
        problems.push(problemOf(session, row, asMailError(thrown)));
        return 'none';
      } finally {
        onDone((done += 1));
      }
    }),
  );
  return { states, problems: problems.toSorted((a, b) => a.line - b.line) };
}

interface One {
  readonly row: ImportRow;
  readonly routes: MailboxRoutes;
  readonly signal: AbortSignal;
}

async function adoptOne(session: Session, { row, routes, signal }: One): Promise<SignInState> {
  const { refreshToken } = row.secrets;
  const auths = await openMailboxAuths(session, routes, signal);
  let state: SignInState = 'none';
  for (const { provider, mailbox } of auths) {
    if (!provider?.login) continue;
    if (refreshToken && state !== 'taken-over') await provider.login.adopt?.(mailbox, refreshToken, { signal });
    // What the first one took over may serve this one too.
    state = (await provider.status(mailbox, { signal })).state === 'action-required' ? 'needed' : 'taken-over';
  }
  if (refreshToken && state === 'none') throw new NobodySignsInError();
  return state;
}

class NobodySignsInError extends Error {
  override readonly name = 'NobodySignsInError';
}

function problemOf({ config }: Session, { line }: ImportRow, error: unknown): RowProblem {
  if (error instanceof NobodySignsInError) return { line, field: 'refreshToken', message: 'Nobody signs in to this mailbox by its flow.', remedy: 'Leave the refresh token out, or name a flow that somebody signs in to, such as o365-on-behalf-of.' };
  const message = config.redact(wordsOf(error));
  return { line, field: 'refreshToken', message, remedy: (isMailError(error) && error.remedy?.text) || 'Try again, or leave the refresh token out and sign in anew.' };
}
