import type { AuthStatus } from '@signalbox/core';
import type { Direction } from '@signalbox/router';
import { failureJson, type Redact } from '../view/failure.ts';
import { type Examination, type Examined, verdictOf } from './examine.ts';
import type { Numbers } from './view.ts';

export const examinationJson = ({ routes: { mailbox }, receive, send }: Examination, numbers: Numbers, redact: Redact): unknown => ({
  mailbox: mailbox.id,
  address: mailbox.address,
  receive: directionJson('receive', receive, numbers, redact),
  send: directionJson('send', send, numbers, redact),
});

function directionJson(direction: Direction, examined: Examined, numbers: Numbers, redact: Redact): unknown {
  const result = verdictOf(examined);
  if (examined.state === 'off') return { result };
  if (examined.state === 'broken') return { result, problems: examined.problems };
  const { flow, durationMs, auth, rows } = examined.diagnosis;
  return {
    result,
    flow,
    durationMs,
    ...(auth && { credential: statusJson(auth) }),
    checks: rows.map((row) => ({
      check: row.check,
      status: row.status,
      findings: row.findings.map(({ severity, error }) => ({ severity, ...failureJson(error, redact) })),
      deadlines: row.deadlines,
      ...(row.follows && { follows: row.follows }),
      todo: numbers(direction, row),
    })),
  };
}

/** Without the error of an unavailable one, which stands in its row. */
const statusJson = (status: AuthStatus): unknown => ({
  state: status.state,
  ...(status.state === 'ready' && status.expiresAt && { expiresAt: status.expiresAt }),
  ...(status.account !== undefined && { account: status.account }),
  ...(status.signedInAt && { signedInAt: status.signedInAt }),
  ...(status.renewedAt && { renewedAt: status.renewedAt }),
});
