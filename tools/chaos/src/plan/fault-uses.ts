import type { FaultInput, FaultName } from '@signalbox/tenant-sim';
import type { Dice } from './dice.ts';
import { type PlannedMailbox, readsByGraph, sendsByGraph, usesSignIn } from './population.ts';

/** How one fault is used in a run. The table has to name every fault the tenant knows: a new one is an error of types until it is here. */
export interface FaultUse<N extends FaultName = FaultName> {
  /** Beside the others, how often it comes by chance; every one comes once at least. */
  readonly weight: number;
  /** Whom it can strike at all. */
  readonly who?: (mailbox: PlannedMailbox) => boolean;
  /** Undefined: there is nobody to strike in this run. */
  readonly options: (dice: Dice, address: string | undefined) => FaultInput<N>;
  /** Strikes so often. Absent: it stands until its time is over. */
  readonly times?: readonly [from: number, to: number];
  readonly standsForMs: readonly [from: number, to: number];
  /** Goes away by nothing but the script: what an administrator breaks and mends, or an outage. */
  readonly permanent?: true;
  /** It is how a door is, not what happens to it: some mailboxes have it from the first to the last moment. */
  readonly standing?: true;
  /** When it is over, its user has to sign in again. */
  readonly signIn?: true;
}

const BRIEF = [2_000, 5_000] as const;
const LONG = [4_000, 12_000] as const;
const WHOLE_RUN = [0, 0] as const;
const A_MINUTE = 60_000;

const reader = (mailbox: PlannedMailbox): boolean => !readsByGraph(mailbox);
const graphUser = (mailbox: PlannedMailbox): boolean => readsByGraph(mailbox) || sendsByGraph(mailbox);
const submitter = (mailbox: PlannedMailbox): boolean => !sendsByGraph(mailbox);
const byPassword = ({ receive }: PlannedMailbox): boolean => receive === 'basic';
const byAppInGraph = (mailbox: PlannedMailbox): boolean => readsByGraph(mailbox);
const maybe = (dice: Dice, address: string | undefined) => (address !== undefined && dice.chance(0.7) ? { mailbox: address } : {});
const of = (address: string | undefined) => (address === undefined ? {} : { mailbox: address });
const some = (address: string | undefined): { readonly mailbox: string } => ({ mailbox: address ?? '' });

export const FAULT_USES: { readonly [N in FaultName]: FaultUse<N> } = {
  'http.refuse': {
    weight: 10,
    who: graphUser,
    times: [1, 4],
    standsForMs: BRIEF,
    options: (dice, address) => ({ door: dice.one(['graph', 'graph', 'entra']), status: dice.one([429, 500, 502, 503, 504, 504, 509]), when: dice.one(['before', 'after']), retryAfter: dice.one(['integer', 'fractional', 'date', 'absent', 1]), ...maybe(dice, address) }),
  },
  'http.drop-response': { weight: 6, who: graphUser, times: [1, 3], standsForMs: BRIEF, options: (dice, address) => ({ door: dice.one(['graph', 'graph', 'entra']), when: dice.one(['before', 'after']), ...maybe(dice, address) }) },
  'http.slow': { weight: 3, who: graphUser, times: [1, 5], standsForMs: BRIEF, options: (dice, address) => ({ door: 'graph', ms: dice.between(200, 3_000), ...of(address) }) },
  'entra.secret-expired': { weight: 1, permanent: true, standsForMs: LONG, options: () => ({}) },
  'entra.throttled': { weight: 2, times: [1, 4], standsForMs: BRIEF, options: () => ({ retryAfter: 1 }) },
  'entra.mfa-required': { weight: 1, permanent: true, who: byPassword, standsForMs: LONG, options: (_dice, address) => of(address) },
  'entra.refuse': { weight: 3, times: [1, 3], standsForMs: BRIEF, options: (dice) => ({ code: dice.one([90_033, 90_006, 90_055, 50_000, 7_000_215, 700_016]), endpoint: 'token' }) },
  'token.revoked': { weight: 4, times: [1, 1], standsForMs: BRIEF, options: (dice, address) => ({ only: 'access-tokens', ...maybe(dice, address) }) },
  'graph.notification-lost': { weight: 4, times: [1, 5], standsForMs: LONG, who: readsByGraph, options: (_dice, address) => of(address) },
  'graph.notification-duplicated': { weight: 3, times: [1, 5], standsForMs: LONG, who: readsByGraph, options: (_dice, address) => of(address) },
  'graph.notification-late': { weight: 3, times: [1, 5], standsForMs: LONG, who: readsByGraph, options: (dice, address) => ({ ms: dice.between(500, 8_000), ...of(address) }) },
  'graph.lifecycle': { weight: 3, times: [1, 1], standsForMs: LONG, who: readsByGraph, options: (dice, address) => ({ event: dice.one(['subscriptionRemoved', 'missed', 'reauthorizationRequired']), ...of(address) }) },
  'graph.delta-gone': { weight: 4, who: readsByGraph, times: [1, 1], standsForMs: LONG, options: (dice, address) => ({ status: dice.one([410, 410, 400, 404]), ...of(address) }) },
  'graph.delta-partial': { weight: 3, who: readsByGraph, standsForMs: LONG, options: (_dice, address) => of(address) },
  'graph.lag': { weight: 3, who: readsByGraph, standsForMs: LONG, options: (dice, address) => ({ ms: dice.between(500, 6_000), ...of(address) }) },
  'graph.accepted-later': { weight: 4, who: sendsByGraph, times: [1, 2], standsForMs: LONG, options: (dice, address) => ({ retryAfter: 1, taken: dice.chance(0.7), ...of(address) }) },
  'graph.strip-x-headers': { weight: 0, standing: true, who: sendsByGraph, standsForMs: WHOLE_RUN, options: (_dice, address) => of(address) },
  'graph.stale-unread-count': { weight: 1, who: readsByGraph, times: [1, 3], standsForMs: BRIEF, options: (_dice, address) => of(address) },
  'graph.out-of-scope': { weight: 2, permanent: true, who: byAppInGraph, standsForMs: LONG, options: (_dice, address) => of(address) },
  'graph.claims-challenge': { weight: 2, who: graphUser, times: [1, 2], standsForMs: BRIEF, options: (_dice, address) => of(address) },

  'imap.drop-connections': { weight: 5, who: reader, times: [1, 1], standsForMs: BRIEF, options: (dice, address) => maybe(dice, address) },
  'imap.hang': { weight: 2, permanent: true, who: reader, standsForMs: LONG, options: (_dice, address) => of(address) },
  'imap.refuse': { weight: 4, who: reader, times: [1, 6], standsForMs: BRIEF, options: (dice, address) => ({ commands: dice.one(['.', 'FETCH', 'SELECT|EXAMINE', 'LOGIN|AUTHENTICATE']), answer: dice.one(['NO Server Unavailable. 15', 'BAD User is authenticated but not connected.', 'NO [UNAVAILABLE] Try later.']), ...of(address) }) },
  'imap.throttled': { weight: 2, who: reader, times: [1, 2], standsForMs: BRIEF, options: (_dice, address) => ({ backoffMs: 2_000, ...of(address) }) },
  'imap.bye': { weight: 3, who: reader, times: [1, 1], standsForMs: BRIEF, options: (dice, address) => maybe(dice, address) },
  'imap.not-connected': { weight: 2, permanent: true, who: reader, standsForMs: LONG, options: (_dice, address) => of(address) },
  'imap.cut-in-literal': { weight: 4, who: reader, times: [1, 2], standsForMs: BRIEF, options: (dice, address) => ({ after: dice.between(0, 400), ...of(address) }) },
  'imap.token-expires-in-idle': { weight: 3, who: reader, times: [1, 2], standsForMs: LONG, options: (dice, address) => ({ afterMs: dice.between(0, 2_000), ...of(address) }) },
  'imap.uidvalidity-roll': { weight: 2, who: reader, times: [1, 1], standsForMs: BRIEF, options: (_dice, address) => some(address) },
  'imap.uidnext-rewind': { weight: 2, who: reader, times: [1, 1], standsForMs: BRIEF, options: (_dice, address) => some(address) },
  // 0: the tenant puts in the UID of the letter that comes next.
  'imap.omit-uid': { weight: 6, who: reader, times: [1, 1], standsForMs: LONG, options: (_dice, address) => ({ uid: 1, ...some(address) }) },

  'smtp.drop-connections': { weight: 2, times: [1, 1], standsForMs: BRIEF, options: () => ({}) },
  'smtp.hang': { weight: 1, permanent: true, standsForMs: BRIEF, options: () => ({}) },
  'smtp.refuse': { weight: 4, who: submitter, times: [1, 3], standsForMs: BRIEF, options: (dice, address) => ({ step: dice.one(['login', 'sender', 'recipient', 'content']), reply: dice.one(['451 4.7.0 Temporary server error. Please try again later. PRX4', '421 4.4.1 Connection timed out', '450 4.7.3 Organization queue quota exceeded.']), ...of(address) }) },
  'smtp.auth-disabled': { weight: 1, permanent: true, who: submitter, standsForMs: LONG, options: (_dice, address) => of(address) },
  'smtp.throttled': { weight: 2, who: submitter, times: [1, 3], standsForMs: BRIEF, options: (_dice, address) => of(address) },
  'smtp.cut-in-data': { weight: 4, who: submitter, times: [1, 1], standsForMs: LONG, options: (dice, address) => ({ after: dice.between(0, 300), ...of(address) }) },
  'smtp.cut-after-data': { weight: 5, who: submitter, times: [1, 1], standsForMs: LONG, options: (dice, address) => ({ accepted: dice.chance(0.7), ...of(address) }) },

  'delivery.message-id': { weight: 5, times: [1, 3], standsForMs: LONG, who: () => true, options: (dice, address) => ({ as: dice.one(['reused', 'missing', 'rewritten', 'without-brackets']), ...of(address) }) },
  'delivery.old-date': { weight: 3, times: [1, 3], standsForMs: LONG, who: () => true, options: (dice, address) => ({ ms: dice.between(1, 72) * 60 * A_MINUTE, ...of(address) }) },
  'delivery.sent-copy-late': { weight: 4, times: [1, 2], standsForMs: LONG, who: () => true, options: (dice, address) => ({ ms: dice.between(1_000, 10 * A_MINUTE), ...of(address) }) },
  'mailbox.full': { weight: 1, permanent: true, who: () => true, standsForMs: BRIEF, options: (_dice, address) => of(address) },
  'door.arrival-shift': { weight: 0, standing: true, who: () => true, standsForMs: WHOLE_RUN, options: (dice, address) => ({ door: dice.one(['graph', 'imap']), ms: dice.one([-3_600_000, 1_000, 3_600_000]), ...of(address) }) },
  'door.message-id': { weight: 0, standing: true, who: () => true, standsForMs: WHOLE_RUN, options: (dice, address) => ({ door: dice.one(['graph', 'imap']), as: dice.one(['rewritten', 'without-brackets']), ...of(address) }) },
  'clock.jump': { weight: 1, times: [1, 1], standsForMs: BRIEF, options: (dice) => ({ ms: dice.one([-20_000, 90_000, 20 * A_MINUTE, 90 * A_MINUTE]) }) },
};

/** A sign-in that an administrator has ended: the script signs in again when its time is over. */
export const REVOKED_SIGN_IN: FaultUse<'token.revoked'> = { weight: 0, permanent: true, signIn: true, who: usesSignIn, times: [1, 1], standsForMs: LONG, options: (_dice, address) => of(address) };
