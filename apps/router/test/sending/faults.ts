import type { FaultInput, FaultName } from '@signalbox/tenant-sim';

export const MINUTE = 60_000;

export type Fault = { readonly [N in FaultName]: readonly [name: N, options: FaultInput<N>, times: number] }[FaultName];

export type NamedFault = readonly [what: string, fault: Fault];

/** What goes wrong on the way of a mailbox through Graph. */
export function graphFaults(mailbox: string): readonly NamedFault[] {
  const send = (options: object) => ({ mailbox, method: 'POST', path: '/send$', ...options });
  return [
    ['a 504 after the mail was taken', ['http.refuse', send({ status: 504, when: 'after' }), 1] as Fault],
    ['a 504 before it was', ['http.refuse', send({ status: 504, when: 'before' }), 1] as Fault],
    ['an answer that never came', ['http.drop-response', send({ when: 'after' }), 1] as Fault],
    ['a connection cut before the mail was taken', ['http.drop-response', send({ when: 'before' }), 1] as Fault],
    ['a 202 with Retry-After, taken', ['graph.accepted-later', { mailbox, retryAfter: 30 }, 1]],
    ['a 202 with Retry-After, not taken', ['graph.accepted-later', { mailbox, retryAfter: 30, taken: false }, 1]],
    ['a throttle', ['http.refuse', send({ status: 429 }), 3] as Fault],
    ['a draft whose making got no answer', ['http.drop-response', { mailbox, method: 'POST', path: '/messages$', when: 'after' }, 1]],
    ['a Sent copy ten minutes late', ['delivery.sent-copy-late', { mailbox, ms: 10 * MINUTE }, 1]],
    ['headers of one’s own that are dropped', ['graph.strip-x-headers', { mailbox }, 100]],
    ['a token that was revoked', ['token.revoked', { only: 'access-tokens' }, 1]],
  ];
}

/** What goes wrong on the way of a mailbox through SMTP. */
export const smtpFaults = (mailbox: string): readonly NamedFault[] => [
  ['a connection cut after the data, taken', ['smtp.cut-after-data', { mailbox, accepted: true }, 1]],
  ['a connection cut after the data, not taken', ['smtp.cut-after-data', { mailbox, accepted: false }, 1]],
  ['a connection cut in the data', ['smtp.cut-in-data', { mailbox, after: 100 }, 2]],
  ['a throttle', ['smtp.throttled', { mailbox }, 2]],
  ['a Sent copy ten minutes late', ['delivery.sent-copy-late', { mailbox, ms: 10 * MINUTE }, 1]],
  ['a recipient refused for now', ['smtp.refuse', { mailbox, step: 'recipient', reply: '450 4.7.1 Greylisted' }, 1]],
];
