import { type AuthFinding, type AuthStatus, MailError, type ProbeCheck } from '@signalbox/core';
import type { Direction } from '../routing/flow.ts';
import { type CheckName, CHECKS, type DiagnosisRow } from './diagnosis.ts';
import { placeFailure } from './place-failure.ts';
import type { Recording } from './recorder.ts';

/** Everything that was seen. What is absent was not tried. */
export interface Evidence {
  /** The provider could not even be opened. */
  readonly providerError?: MailError;
  /** Absent where there is nothing to sign in to. */
  readonly recording?: Recording;
  readonly status?: AuthStatus;
  readonly statusError?: MailError;
  readonly findings?: readonly AuthFinding[];
  readonly inspectError?: MailError;
  /** Of the transport. `step` is absent when it did not open. */
  readonly failure?: { readonly error: MailError; readonly step?: ProbeCheck['name'] };
  /** The probe tried to begin sending, and was let. */
  readonly maySend?: boolean;
  /** Present when everything before passed. */
  readonly missingFolders?: readonly MailError[];
}

/** How long before its end a deadline is worth a warning. */
const NEAR_MS = 30 * 86_400_000;

export function rowsOf(evidence: Evidence, direction: Direction, now: Date): readonly DiagnosisRow[] {
  const credential = credentialRows(evidence, now);
  const wire = wireRows(evidence, direction, credential);
  return CHECKS.flatMap((check) => credential.get(check) ?? wire.get(check) ?? []);
}

type Rows = ReadonlyMap<CheckName, DiagnosisRow>;

const row = (check: CheckName, status: DiagnosisRow['status'], findings: readonly AuthFinding[] = []): DiagnosisRow => ({ check, status, findings, deadlines: [] });
const failed = (check: CheckName, ...errors: readonly MailError[]): DiagnosisRow => row(check, 'fail', errors.map((error) => ({ severity: 'error', error })));

/** What can be said of the credential without a mail server. */
function credentialRows(evidence: Evidence, now: Date): Map<CheckName, DiagnosisRow> {
  const { findings, recording } = evidence;
  const rows = new Map<CheckName, DiagnosisRow>();
  if (!recording && !evidence.providerError) return rows;
  const refusal = refusalOf(evidence);
  const place = refusal && (aboutGrants(refusal) ?? 'token');
  rows.set('token', place && place !== 'token' ? row('token', 'skipped') : tokenRow(evidence, refusal, now));
  const told = findings ?? (place && place !== 'token' ? [] : undefined);
  for (const check of ['consent', 'permissions'] as const) {
    const own = (told ?? []).filter(({ error }) => (aboutGrants(error) ?? 'permissions') === check).toSorted(bySeverity);
    if (refusal && place === check) rows.set(check, failed(check, refusal));
    else if (told) rows.set(check, findings ? judged(check, own) : row(check, 'skipped'));
  }
  return rows;
}

/** Who grants has to know whether nobody ever agreed, or whether what was agreed to is not enough. */
function aboutGrants({ code, remedy }: MailError): 'consent' | 'permissions' | undefined {
  if (remedy?.action !== 'grant-consent') return undefined;
  return code.startsWith('auth.') ? 'consent' : 'permissions';
}

const bySeverity = (a: AuthFinding, b: AuthFinding): number => Number(b.severity === 'error') - Number(a.severity === 'error');

function judged(check: CheckName, findings: readonly AuthFinding[]): DiagnosisRow {
  const worst = findings[0]?.severity;
  return row(check, worst === 'error' ? 'fail' : worst === 'warning' ? 'warning' : 'pass', findings);
}

/** What the provider itself refused. A refusal after the server had handed a credential back is the server's. */
function refusalOf({ providerError, recording, inspectError, status, statusError, failure }: Evidence): MailError | undefined {
  if (providerError) return providerError;
  if (recording?.issued) return undefined;
  if (recording?.asked) return recording.refusal ?? failure?.error;
  if (inspectError) return inspectError;
  if (status?.state === 'unavailable') return status.error;
  if (status?.state === 'action-required') return new MailError('auth.interaction-required', 'There is no credential for this mailbox.', { remedy: status.remedy });
  return statusError;
}

function tokenRow({ status }: Evidence, refusal: MailError | undefined, now: Date): DiagnosisRow {
  if (refusal) return failed('token', refusal);
  const deadlines = (status?.deadlines ?? []).filter(({ at }) => at.getTime() - now.getTime() < NEAR_MS);
  return { check: 'token', status: deadlines.length > 0 ? 'warning' : 'pass', findings: [], deadlines };
}

const WIRE: Readonly<Record<Direction, readonly CheckName[]>> = {
  receive: ['reach', 'tls', 'protocol', 'sign-in', 'mailbox', 'folder'],
  send: ['reach', 'tls', 'protocol', 'sign-in', 'mailbox', 'send'],
};

/** What only the server can say: up to its refusal everything passed, behind it nothing was tried. */
function wireRows({ failure, missingFolders, maySend, recording }: Evidence, direction: Direction, credential: Rows): Rows {
  const order = WIRE[direction].filter((check) => credential.size > 0 || (check !== 'protocol' && check !== 'sign-in'));
  const tried = failure !== undefined || missingFolders !== undefined;
  const ownFailure = tried && !(failure && recording?.asked && !recording.issued);
  if (!ownFailure) return new Map(order.map((check) => [check, row(check, 'skipped')]));
  const place = failure && placeIn(order, placeFailure(failure.error, failure.step, direction));
  const stop = place ? order.indexOf(place) : order.length;
  const rows = new Map(order.map((check, index) => [check, row(check, index < stop ? 'pass' : 'skipped')]));
  if (!failure && !maySend) rows.delete('send'); // nobody tried: no pass is made up
  if (failure && place) rows.set(place, withCause(failed(place, failure.error), credential));
  if (missingFolders && missingFolders.length > 0) rows.set('folder', failed('folder', ...missingFolders));
  return rows;
}

const placeIn = (order: readonly CheckName[], check: CheckName): CheckName => (order.includes(check) ? check : 'mailbox');

/** A server refuses a token that lacks something; what it lacks is said above. */
function withCause(failure: DiagnosisRow, credential: Rows): DiagnosisRow {
  const cause = (['token', 'consent', 'permissions'] as const).find((check) => credential.get(check)?.status === 'fail');
  const follows = cause && ['sign-in', 'mailbox', 'send'].includes(failure.check);
  return follows ? { ...failure, follows: cause } : failure;
}
