import type { AuthDeadline } from '@signalbox/core';
import { Temporal } from 'temporal-polyfill';
import type { Party } from './aadsts.ts';
import type { AppCredential } from './app-credentials.ts';
import type { SignInRecord } from './sign-in-record.ts';
import { signInRemedy } from './account.ts';

const DAY_MS = 86_400_000;
/** A refresh token that nobody uses for so long is void, and no setting changes that (FACTS.md A4). */
export const IDLE_MS = 90 * DAY_MS;
const QUARTER = { months: 3 } as const;

/** Secrets and certificates of the application. */
export const credentialDeadlines = (credentials: readonly AppCredential[], { clientId }: Party): readonly AuthDeadline[] =>
  credentials.flatMap(({ what, expiresAt, setting }) =>
    what && expiresAt
      ? [{ what, at: expiresAt, remedy: { who: 'operator', action: 'replace-credential', text: `Create a new ${what === 'secret' ? 'client secret' : 'certificate'} for the application ${clientId} and put it beside the old one, which is "${setting}".` } } as const]
      : [],
  );

/** What ends a person's sign-in by itself. One that was taken over is at least so old: its renewal is due then at the latest. */
export function signInDeadlines({ account, renewedAt, adoptedAt = renewedAt, signedInAt = adoptedAt }: Pick<SignInRecord, 'account' | 'renewedAt' | 'adoptedAt' | 'signedInAt'>, timeZone: string | undefined): readonly AuthDeadline[] {
  const remedy = signInRemedy(account);
  return [
    { what: 'idle', at: new Date(renewedAt + IDLE_MS), remedy },
    ...(timeZone === undefined ? [] : [{ what: 'renewal', at: renewalAfter(new Date(signedInAt), timeZone), remedy } as const]),
  ];
}

/**
 * The beginning of the day three months after the sign-in, as calendars on the wall have it: from the 30th of November
 * to the last of February, whatever daylight saving does in between.
 */
export function renewalAfter(signedInAt: Date, timeZone: string): Date {
  const day = Temporal.Instant.fromEpochMilliseconds(signedInAt.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  return new Date(day.add(QUARTER).toZonedDateTime(timeZone).epochMilliseconds);
}

/** Whole days on the calendar of that zone: 0 on the day itself, less once it is over. */
export function daysLeft(now: Date, at: Date, timeZone: string): number {
  const dayOf = (date: Date): Temporal.PlainDate => Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  return dayOf(now).until(dayOf(at), { largestUnit: 'day' }).days;
}

export const byTime = (one: AuthDeadline, other: AuthDeadline): number => one.at.getTime() - other.at.getTime();
