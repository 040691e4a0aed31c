import { z } from 'zod';
import { AADSTS } from '../entra/aadsts.ts';

// Every fault there is, with its options. `mailbox`, `app`, `folder` and `door` narrow where it strikes; absent means everywhere.

const ms = z.number().int();
const mailbox = z.string().optional();
const app = z.string().optional();
const folder = z.string().default('inbox');
const pattern = z.string().refine(isPattern, 'Invalid regular expression');
const path = pattern.optional().describe('a regular expression the path of the request has to match');
const nothing = z.strictObject({});
const ofMailbox = z.strictObject({ mailbox });
const retryAfter = z.union([z.number().nonnegative(), z.enum(['integer', 'fractional', 'date', 'absent'])]).default('integer');
const https = z.enum(['entra', 'graph']);

export const FAULTS = {
  // Entra and Graph
  'http.refuse': z.strictObject({
    door: https.default('graph'),
    status: z.union([z.literal(429), z.literal(500), z.literal(502), z.literal(503), z.literal(504), z.literal(509)]).default(503),
    when: z.enum(['before', 'after']).default('before').describe('after: the request is carried out, and refused nevertheless'),
    retryAfter,
    code: z.string().optional(),
    method: z.string().optional(),
    path,
    mailbox,
    app,
  }),
  'http.drop-response': z.strictObject({ door: https.default('graph'), when: z.enum(['before', 'after']).default('after'), method: z.string().optional(), path, mailbox, app }),
  'http.slow': z.strictObject({ door: https.default('graph'), ms, method: z.string().optional(), path, mailbox, app }),
  'entra.secret-expired': z.strictObject({ app }),
  'entra.throttled': z.strictObject({ retryAfter, app }),
  'entra.mfa-required': z.strictObject({ mailbox, app }).describe('a Conditional Access policy: sign-ins without a second factor no longer do, and refusals carry claims; without an app, passwords no longer open a mailbox'),
  'entra.refuse': z
    .strictObject({ code: z.number().refine((code) => AADSTS[code] !== undefined, 'is no AADSTS code of the table'), endpoint: z.enum(['token', 'authorize', 'devicecode']).default('token'), retryAfter: retryAfter.optional(), mailbox, app })
    .describe('answers with this AADSTS code; one that names a mailbox strikes once its user is known'),
  'token.revoked': z.strictObject({ mailbox, app, only: z.literal('access-tokens').optional() }).describe('every token given out until now is void; with `only`, a sign-in still brings new ones'),
  'graph.notification-lost': z.strictObject({ mailbox, app }),
  'graph.notification-duplicated': z.strictObject({ mailbox, app }),
  'graph.notification-late': z.strictObject({ ms, mailbox, app }),
  'graph.lifecycle': z.strictObject({ mailbox, app, event: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']) }).describe('each subscription there is gets this lifecycle event, or ends with it'),
  'graph.delta-gone': z.strictObject({ mailbox, app, status: z.union([z.literal(410), z.literal(400), z.literal(404)]).default(410) }),
  'graph.delta-partial': z.strictObject({ mailbox, app }).describe('a delta shows of what was only marked as read or unread its id, isRead and parentFolderId, whatever was selected'),
  'graph.lag': z.strictObject({ ms, mailbox }).describe('Graph shows what happened this long ago, IMAP shows it at once'),
  'graph.accepted-later': z.strictObject({ mailbox, retryAfter, taken: z.boolean().default(true) }).describe('a mail handed over for sending is answered with 202 and Retry-After, whether it was taken or not'),
  'graph.strip-x-headers': ofMailbox,
  'graph.stale-unread-count': z.strictObject({ mailbox, by: z.number().int().default(1) }),
  'graph.out-of-scope': z.strictObject({ mailbox, app }).describe('an Application Access Policy leaves the mailbox out'),
  'graph.claims-challenge': z.strictObject({ mailbox, app }),

  // IMAP
  'imap.drop-connections': ofMailbox,
  'imap.hang': ofMailbox,
  'imap.refuse': z.strictObject({ mailbox, commands: pattern.default('.'), answer: z.string() }).describe('these commands get this answer, such as `NO Server Unavailable. 15`'),
  'imap.throttled': z.strictObject({ mailbox, backoffMs: ms.default(92_415) }),
  'imap.bye': z.strictObject({ mailbox, text: z.string().default('Server shutting down.') }),
  'imap.not-connected': ofMailbox,
  'imap.cut-in-literal': z.strictObject({ mailbox, after: z.number().int().nonnegative().default(0) }),
  'imap.token-expires-in-idle': z.strictObject({ mailbox, afterMs: ms.default(0) }),
  'imap.uidvalidity-roll': z.strictObject({ mailbox: z.string(), folder }),
  'imap.uidnext-rewind': z.strictObject({ mailbox: z.string(), folder }),
  'imap.omit-uid': z.strictObject({ mailbox, folder, uid: z.number().int().positive() }).describe('one answer leaves this message out'),

  // SMTP
  'smtp.drop-connections': nothing,
  'smtp.hang': nothing,
  'smtp.refuse': z.strictObject({ mailbox, step: z.enum(['connection', 'login', 'sender', 'recipient', 'content']), reply: z.string(), argument: z.string().optional() }),
  'smtp.auth-disabled': z.strictObject({ mailbox, scope: z.enum(['mailbox', 'tenant']).default('mailbox') }),
  'smtp.throttled': ofMailbox,
  'smtp.cut-in-data': z.strictObject({ mailbox, after: z.number().int().nonnegative().default(0) }),
  'smtp.cut-after-data': z.strictObject({ mailbox, accepted: z.boolean().default(true) }).describe('the content has come whole, the answer never comes'),

  // the store, and so every door
  'delivery.message-id': z.strictObject({ mailbox, as: z.enum(['reused', 'missing', 'rewritten', 'without-brackets']) }),
  'delivery.old-date': z.strictObject({ mailbox, ms: ms.default(86_400_000) }).describe('new mail comes with an arrival this far in the past, as when moved in'),
  'delivery.sent-copy-late': z.strictObject({ mailbox, ms: ms.default(120_000) }).describe('the mail waits in Drafts, then goes to Sent Items'),
  'mailbox.full': ofMailbox,
  'door.arrival-shift': z.strictObject({ door: z.enum(['graph', 'imap']), ms, mailbox }),
  'door.message-id': z.strictObject({ door: z.enum(['graph', 'imap']), as: z.enum(['rewritten', 'without-brackets']), mailbox }),
  'clock.jump': z.strictObject({ ms }),
} as const;

/** A door compiles it while a request waits: too late to be told. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

export type FaultName = keyof typeof FAULTS;
/** What a caller gives; defaults may be left out. */
export type FaultInput<N extends FaultName> = z.input<(typeof FAULTS)[N]>;
/** What a door gets. */
export type FaultOptions<N extends FaultName> = z.output<(typeof FAULTS)[N]>;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
