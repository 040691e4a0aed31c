import type { AuthDeadline } from '@signalbox/core';
import type { DeadlineNews } from '../composition/deadline-logger.ts';
import type { Channel } from './terminal.ts';
import { plural, printable, wrap } from './text.ts';

const WHAT: Readonly<Record<AuthDeadline['what'], (of: string) => string>> = {
  secret: (of) => `client secret of ${of}`,
  certificate: (of) => `certificate of ${of}`,
  idle: (of) => `sign-in of ${of}, when it is not used,`,
  renewal: (of) => `sign-in of ${of}, by the rules of the organisation,`,
};

const isKnown = (what: unknown): what is AuthDeadline['what'] => typeof what === 'string' && Object.hasOwn(WHAT, what);
const text = (value: unknown): string => (typeof value === 'string' ? printable(value) : '');

/** What ends when, and what to do, for whoever happens to run a command. */
export function renderDeadline({ event, what, of, clientId, daysLeft, remedy }: DeadlineNews, { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const owner = of === 'application' ? `the application ${text(clientId)}` : text(of);
  const thing = isKnown(what) ? WHAT[what](owner) : `sign-in of ${owner}`;
  if (event === 'auth.deadline-passed') return wrap(`${colors.red(`✘ The ${thing} has ended.`)} ${text(remedy)}`, width);
  const when = typeof daysLeft !== 'number' ? 'soon' : daysLeft < 1 ? 'today' : `in ${plural(daysLeft, 'day')}`;
  return wrap(`${colors.yellow(`! The ${thing} ends ${when}.`)} ${text(remedy)}`, width);
}
