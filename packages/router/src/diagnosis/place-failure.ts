import type { MailError, MailErrorCode, ProbeCheck } from '@signalbox/core';
import type { Direction } from '../routing/flow.ts';
import type { CheckName } from './diagnosis.ts';

/** What a server refuses for one reason, wherever it is noticed. */
const BY_CODE: Readonly<Partial<Record<MailErrorCode, CheckName>>> = {
  'tls.failed': 'tls',
  'auth.method-disabled': 'protocol',
  'auth.rejected': 'sign-in',
  'auth.interaction-required': 'sign-in',
  'auth.wrong-account': 'sign-in',
  'mailbox.not-found': 'mailbox',
};

/** What tells only together with the step it was noticed in. */
const BY_STEP: Readonly<Record<ProbeCheck['name'], CheckName>> = {
  reach: 'reach',
  authenticate: 'sign-in',
  receive: 'mailbox',
  mutate: 'mailbox',
  send: 'send',
};

/** Opening makes the first steps without telling them apart; the code of its failure does. */
const ON_OPENING: Readonly<Partial<Record<MailErrorCode, CheckName>>> = {
  'access.denied': 'mailbox',
  'throttled': 'sign-in',
  'sender.refused': 'send',
  'folder.not-found': 'folder',
  'quota.exceeded': 'mailbox',
  'capability.unsupported': 'mailbox',
};

/** Which check a failure of the transport belongs to. `step` is the probe's; absent when the transport did not even open. */
export function placeFailure({ code }: MailError, step: ProbeCheck['name'] | undefined, direction: Direction): CheckName {
  const certain = BY_CODE[code];
  if (certain) return certain;
  const place = step ? (code === 'access.denied' && step !== 'send' ? 'mailbox' : BY_STEP[step]) : (ON_OPENING[code] ?? 'reach');
  return fits(place, direction) ? place : 'mailbox';
}

const fits = (check: CheckName, direction: Direction): boolean => (check === 'send' ? direction === 'send' : check !== 'folder' || direction === 'receive');
