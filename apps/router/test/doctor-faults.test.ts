import { FAULT_NAMES, type FaultInput, type FaultName } from '@signalbox/tenant-sim';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { complaints, failuresIn } from './doctor-world.ts';
import { type EntraWorld, openEntraWorld } from './entra-world.ts';

type Struck<N extends FaultName> = readonly [options: FaultInput<N>, mailbox: string, complaints: readonly string[]];
/** What `doctor` says while the fault stands; or why it cannot see it, or that another test has its rows. */
type Rows = { readonly [N in FaultName]: readonly Struck<N>[] | 'is told by what it does later' | 'strikes what doctor does not do' | 'doctor-entra.test.ts' };

const bothWays = (mailbox: string, complaint: string): readonly string[] => ['receive', 'send'].map((direction) => `${mailbox} ${direction} ${complaint}`);
const shared = (direction: 'receive' | 'send', complaint: string): readonly string[] => [`shared ${direction} ${complaint}`];

const ROWS: Rows = {
  'http.refuse': [
    [{ door: 'entra', status: 429 }, 'sales', bothWays('sales', 'token: throttled')],
    ...([500, 502, 503, 504] as const).map((status) => [{ door: 'entra', status }, 'sales', bothWays('sales', 'token: unavailable')] as const),
    ...([429, 509] as const).map((status) => [{ status, retryAfter: 120 }, 'sales', bothWays('sales', 'sign-in: throttled')] as const),
    ...([500, 502, 503] as const).map((status) => [{ status, retryAfter: 120 }, 'sales', bothWays('sales', 'reach: unavailable')] as const),
    [{ status: 504, retryAfter: 120 }, 'sales', bothWays('sales', 'reach: timeout')],
    [{ status: 429, code: 'activityLimitReached', retryAfter: 120 }, 'sales', bothWays('sales', 'sign-in: throttled')],
    [{ status: 429, code: 'ErrorExceededMessageLimit', retryAfter: 120 }, 'sales', bothWays('sales', 'mailbox: quota.exceeded')],
  ],
  'http.drop-response': [
    [{ door: 'entra' }, 'sales', bothWays('sales', 'token: unavailable')],
    [{}, 'sales', bothWays('sales', 'reach: connection.lost')],
  ],
  'http.slow': [
    [{ door: 'entra', ms: 1 }, 'sales', []],
    [{ ms: 1 }, 'sales', []],
  ],
  'entra.secret-expired': [[{}, 'sales', bothWays('sales', 'token: auth.rejected → client-secret')]],
  'entra.throttled': [[{}, 'sales', bothWays('sales', 'token: throttled')]],
  'entra.mfa-required': [[{}, 'support', bothWays('support', 'token: auth.interaction-required → sign-in')]],
  'entra.refuse': 'doctor-entra.test.ts',
  // The application asks anew; a sign-in is over.
  'token.revoked': [
    [{}, 'sales', []],
    [{}, 'shared', []],
    [{ only: 'access-tokens' }, 'support', []],
    [{}, 'support', ['support receive sign-in: auth.interaction-required → sign-in', 'support send token: auth.interaction-required → sign-in']],
  ],
  'graph.notification-lost': 'strikes what doctor does not do',
  'graph.notification-duplicated': 'strikes what doctor does not do',
  'graph.notification-late': 'strikes what doctor does not do',
  'graph.lifecycle': 'strikes what doctor does not do',
  'graph.delta-gone': 'strikes what doctor does not do',
  'graph.delta-partial': 'strikes what doctor does not do',
  'graph.accepted-later': 'strikes what doctor does not do',
  'graph.lag': 'strikes what doctor does not do',
  'graph.strip-x-headers': 'strikes what doctor does not do',
  'graph.stale-unread-count': 'strikes what doctor does not do',
  'graph.out-of-scope': [[{}, 'sales', bothWays('sales', 'mailbox: access.denied → access-policy+mailbox-scope+test-mailbox-scope')]],
  'graph.claims-challenge': [[{}, 'sales', bothWays('sales', 'sign-in: auth.rejected')]],

  // A connection that is lost once is made once more.
  'imap.drop-connections': [[{}, 'shared', []]],
  'imap.hang': 'is told by what it does later',
  'imap.refuse': [
    [{ commands: 'AUTHENTICATE', answer: 'NO AUTHENTICATE failed.' }, 'shared', shared('receive', 'sign-in: auth.rejected → exchange-service-principal')],
    [{ commands: 'AUTHENTICATE', answer: 'NO Server Unavailable. 15' }, 'shared', shared('receive', 'reach: unavailable')],
    [{ commands: 'LIST|STATUS|SELECT|EXAMINE', answer: 'NO Server Unavailable. 15' }, 'shared', shared('receive', 'reach: unavailable')],
    [{ commands: 'LIST|STATUS|SELECT|EXAMINE', answer: 'BAD User is authenticated but not connected.' }, 'shared', shared('receive', 'mailbox: access.denied → mailbox-permission+imap-enabled')],
  ],
  'imap.throttled': [[{}, 'shared', shared('receive', 'sign-in: throttled')]],
  'imap.bye': [[{}, 'shared', []]],
  'imap.not-connected': [[{}, 'shared', shared('receive', 'mailbox: access.denied → mailbox-permission+imap-enabled')]],
  'imap.cut-in-literal': 'strikes what doctor does not do',
  'imap.token-expires-in-idle': 'strikes what doctor does not do',
  'imap.uidvalidity-roll': 'strikes what doctor does not do',
  'imap.uidnext-rewind': 'strikes what doctor does not do',
  'imap.omit-uid': 'strikes what doctor does not do',

  'smtp.drop-connections': [[{}, 'shared', []]],
  'smtp.hang': 'is told by what it does later',
  'smtp.refuse': [
    [{ step: 'connection', reply: '421 4.3.2 Service not available' }, 'shared', shared('send', 'reach: unavailable')],
    [{ step: 'login', reply: '535 5.7.3 Authentication unsuccessful' }, 'shared', shared('send', 'sign-in: auth.rejected → exchange-service-principal+mailbox-permission+send-as')],
    [{ step: 'login', reply: "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy." }, 'shared', shared('send', 'protocol: auth.method-disabled')],
    [{ step: 'login', reply: '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.' }, 'shared', shared('send', 'mailbox: access.denied → conditional-access')],
    [{ step: 'login', reply: '550 5.7.30 Basic authentication is not supported for Client Submission.' }, 'shared', shared('send', 'protocol: auth.method-disabled')],
    [{ step: 'login', reply: '451 4.7.0 Temporary server error. Please try again later. PRX2' }, 'shared', shared('send', 'reach: unavailable')],
    [{ step: 'sender', reply: '554 5.2.252 SendAsDenied; a@contoso.test not allowed to send as b@contoso.test' }, 'shared', shared('send', 'send: sender.refused → send-as+smtp-auth')],
    [{ step: 'sender', reply: '530 5.7.57 Client not authenticated to send mail.' }, 'shared', shared('send', 'send: access.denied → send-as+smtp-auth')],
  ],
  'smtp.auth-disabled': [
    [{ scope: 'mailbox' }, 'shared', shared('send', 'protocol: auth.method-disabled → smtp-auth')],
    [{ scope: 'tenant' }, 'shared', shared('send', 'protocol: auth.method-disabled → smtp-auth')],
  ],
  'smtp.throttled': [[{}, 'shared', shared('send', 'send: throttled')]],
  'smtp.cut-in-data': 'strikes what doctor does not do',
  'smtp.cut-after-data': 'strikes what doctor does not do',

  'delivery.message-id': 'strikes what doctor does not do',
  'delivery.old-date': 'strikes what doctor does not do',
  'delivery.sent-copy-late': 'strikes what doctor does not do',
  'mailbox.full': 'strikes what doctor does not do',
  'door.arrival-shift': 'strikes what doctor does not do',
  'door.message-id': 'strikes what doctor does not do',
  'clock.jump': 'is told by what it does later',
};

/** They pass: an answer that comes later is as good, and nobody has to do anything. */
const PASSES = new Set(['throttled', 'unavailable', 'timeout', 'connection.lost']);

const rows = FAULT_NAMES.flatMap((name) => {
  const ofFault: Rows[FaultName] = ROWS[name];
  return typeof ofFault === 'string' ? [] : ofFault.map(([options, mailbox, expected]) => ({ name, options, mailbox, expected, shown: JSON.stringify(options) }));
});

describe('doctor, while a fault of the tenant stands:', () => {
  let world: EntraWorld;
  beforeAll(async () => {
    world = await openEntraWorld();
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(() => world[Symbol.asyncDispose]());

  it.each(rows)('$name $shown, for $mailbox', { timeout: 20_000 }, async ({ name, options, mailbox, expected }) => {
    if (mailbox === 'support') await world.signIn('support@contoso.test'); // what an earlier row revoked stays void
    if (name === 'entra.mfa-required') world.tenant.clock.jump(30 * 3_600_000); // what is still valid is not renewed
    const fault = world.tenant.faults.set(name, options);
    const found = await world.examine(mailbox);
    expect(complaints(found)).toEqual(expected);
    expect(fault.struck).toBeGreaterThan(0);
    expect(failuresIn(found).filter(({ code, remedy }) => !PASSES.has(code) && !remedy?.text)).toEqual([]); // whatever lasts says who has to do what
  });
});
