import { MailError, type MailTransport } from '@signalbox/core';
import type { World } from '../world.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withProbe, withReceive, withSend } from './wrap.ts';

/** Tells the first refusal instead of the answer that the fresh credential has brought. */
async function givingUp<T>(world: World, call: () => Promise<T>): Promise<T> {
  const rejected = (): number => world.faults.credentialRequests?.().rejected ?? 0;
  const before = rejected();
  const answer = await call();
  if (rejected() > before) throw new MailError('auth.rejected', 'The server refused the credential.');
  return answer;
}

export const AUTH_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'opens-without-asking',
    title: 'opens although its credential is refused',
    caughtBy: ['auth/refused-at-open', 'auth/refused-once', 'auth/errors-reveal-nothing'],
    sabotageOpen: (open, { transport }) => whenFailing(open(), 'auth.rejected', () => transport),
  },
  {
    id: 'hammers-at-the-door',
    title: 'tries a refused credential three times',
    caughtBy: ['auth/refused-once'],
    sabotageOpen: (open) => whenFailing(whenFailing(open(), 'auth.rejected', open), 'auth.rejected', open),
  },
  {
    id: 'gives-up-at-the-first-refusal',
    title: 'gives up at the first refusal although there is a fresh credential',
    caughtBy: ['auth/renewed-credential'],
    sabotage: (transport, world): MailTransport =>
      transport.receive
        ? withReceive(transport, (inner) => ({ findFolder: (...args) => givingUp(world, () => inner.findFolder(...args)), unread: (...args) => givingUp(world, () => inner.unread(...args)) }))
        : withSend(transport, (inner) => ({ dispatch: (...args) => givingUp(world, () => inner.dispatch(...args)) })),
  },
  {
    id: 'asks-for-more-than-it-declares',
    title: 'declares one kind of credential and asks for another too',
    caughtBy: ['auth/asks-as-declared'],
    sabotagePlugin: (plugin) => ({ ...plugin, credentials: plugin.credentials.slice(1) }),
  },
  {
    id: 'probe-takes-no-time',
    title: 'tells no duration in its probe',
    caughtBy: ['auth/probe-passes'],
    sabotage: (transport) =>
      withProbe(transport, (inner) => ({
        async check(options) {
          const { checks } = await inner.check(options);
          return { checks: checks.map((check) => ({ ...check, durationMs: Number.NaN })) };
        },
      })),
  },
  {
    id: 'probe-sees-nothing-wrong',
    title: 'reports as passed what has failed in its probe',
    caughtBy: ['auth/probe-tells-refusal'],
    sabotage: (transport) =>
      withProbe(transport, (inner) => ({
        async check(options) {
          const { checks } = await inner.check(options);
          return { checks: checks.map(({ name, durationMs }) => ({ name, durationMs, status: 'pass' })) };
        },
      })),
  },
  {
    id: 'quotes-the-password',
    title: 'quotes the password in the error about it',
    caughtBy: ['auth/errors-reveal-nothing'],
    sabotageOpen: (open, { secrets = [] }) =>
      whenFailing(open(), 'auth.rejected', ({ message, remedy }) => {
        throw new MailError('auth.rejected', `${message} (${secrets.join(', ')})`, remedy && { remedy });
      }),
  },
  {
    id: 'logs-the-password',
    title: 'logs the password it signs in with',
    caughtBy: ['auth/logs-reveal-nothing'],
    logs: ({ secrets = [] }) => secrets.map((value) => ({ level: 'debug', event: 'memory.signed-in', fields: { deep: { inside: value } } })),
  },
];
