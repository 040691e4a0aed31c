import { describe, expect, it } from 'vitest';
import { daysLeft, renewalAfter, signInDeadlines } from './calendar.ts';

describe('the renewal of a sign-in', () => {
  it.each([
    ['2026-11-24T09:00:00Z', 'UTC', '2027-02-24T00:00:00Z'],
    ['2026-11-30T09:00:00Z', 'UTC', '2027-02-28T00:00:00Z'], // February is shorter
    ['2027-11-30T09:00:00Z', 'UTC', '2028-02-29T00:00:00Z'], // and sometimes longer
    ['2026-11-24T23:30:00Z', 'Europe/Vienna', '2027-02-24T23:00:00Z'], // there it was the 25th already
    ['2026-11-25T02:00:00Z', 'America/New_York', '2027-02-24T05:00:00Z'], // and there still the 24th
    ['2026-01-15T12:00:00Z', 'Europe/Vienna', '2026-04-14T22:00:00Z'], // over the beginning of summer time
  ])('signed in at %s in %s is due at %s', (signedInAt, timeZone, due) => {
    expect(renewalAfter(new Date(signedInAt), timeZone)).toEqual(new Date(due));
  });

  it('is due only where the organisation says so; the idle clock runs everywhere', () => {
    const record = { account: 'sales@contoso.test', signedInAt: Date.UTC(2026, 0, 1), renewedAt: Date.UTC(2026, 1, 1) };
    expect(signInDeadlines(record, undefined).map(({ what, at }) => [what, at.toISOString()])).toEqual([['idle', '2026-05-02T00:00:00.000Z']]);
    expect(signInDeadlines(record, 'UTC').map(({ what }) => what)).toEqual(['idle', 'renewal']);
  });
});

describe('the days left', () => {
  it('are those of the calendar on the wall, a change of the clocks in between or not', () => {
    expect(daysLeft(new Date('2026-03-28T23:30:00+01:00'), new Date('2026-03-30T00:10:00+02:00'), 'Europe/Vienna')).toBe(2);
    expect(daysLeft(new Date('2026-11-24T08:00:00Z'), new Date('2026-11-24T20:00:00Z'), 'UTC')).toBe(0);
    expect(daysLeft(new Date('2026-11-26T00:00:00Z'), new Date('2026-11-24T20:00:00Z'), 'UTC')).toBe(-2);
  });
});
