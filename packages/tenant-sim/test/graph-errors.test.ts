import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';

// Each row of FACTS.md E13, provoked.

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph();
});
afterEach(() => world[Symbol.asyncDispose]());

const user = `/users/${SALES}`;
const messages = `${user}/messages`;
const mail = (more: object = {}) => ({ message: { subject: 'x', toRecipients: [{ emailAddress: { address: SUPPORT } }], ...more } });
const limit = (limits: object): void => world.tenant.directory.updateTenant({ limits: { ...world.tenant.directory.tenant.limits, ...limits } });
const with_ = async (request: Parameters<GraphWorld['token']>[0]): Promise<Answer> => world.ask('GET', messages, { token: await world.token(request) });
const delta = async (status: 400 | 404 | 410): Promise<Answer> => {
  const { json } = await world.get(`${user}/mailFolders/inbox/messages/delta`);
  world.fault('graph.delta-gone', { status }, 1);
  return world.get(json['@odata.deltaLink'] as string);
};
const refuse = (options: Parameters<GraphWorld['fault']>[1]) => (): Promise<Answer> => {
  world.fault('http.refuse', options as object, 1);
  return world.get(messages);
};

const ROWS: readonly (readonly [status: number, code: string, words: RegExp, provoke: () => Promise<Answer>])[] = [
  [401, 'InvalidAuthenticationToken', /^Access token is empty\.$/, () => world.ask('GET', messages, { token: '' })],
  [401, 'InvalidAuthenticationToken', /^CompactToken parsing failed with error code: 80049217$/, () => world.ask('GET', messages, { token: 'no.token' })],
  [401, 'InvalidAuthenticationToken', /^Lifetime validation failed, the token is expired\.$/, () => with_({ expiresIn: -10 })],
  [403, 'ErrorAccessDenied', /^Access is denied\. Check credentials and try again\.$/, () => with_({ roles: [] })],
  [
    403,
    'ErrorAccessDenied',
    /Access to OData is disabled.*\[RAOP\] : Blocked by tenant configured AppOnly AccessPolicy settings\./,
    () => with_({ app: world.tenant.directory.addApp({ roles: [{ resource: 'graph', role: 'Mail.Read' }], accessPolicy: { kind: 'deny', mailboxes: [SALES] } }) }),
  ],
  [403, 'ErrorSendAsDenied', /does not have the right to send mail on behalf of the specified sending account/, () => world.post(`${user}/sendMail`, mail({ from: { emailAddress: { address: 'ada@example.org' } } }))],
  [404, 'ErrorItemNotFound', /^The specified object was not found in the store\.$/, () => world.get(`${messages}/AAMkBAD`)],
  [404, 'ErrorItemNotFound', /^Default folder Clutter not found\.$/, () => world.get(`${user}/mailFolders/clutter`)],
  [404, 'ErrorInvalidUser', /^The requested user 'nobody@contoso\.test' is invalid\.$/, () => world.get('/users/nobody@contoso.test/messages')],
  [
    404,
    'MailboxNotEnabledForRESTAPI',
    /^The mailbox is either inactive, soft-deleted, or is hosted on-premise\.$/,
    () => {
      world.tenant.directory.addUser({ userPrincipalName: 'bare@contoso.test', licensed: false });
      return world.get('/users/bare@contoso.test/messages');
    },
  ],
  [404, 'ResourceNotFound', /./, () => world.get(`/subscriptions/${crypto.randomUUID()}`)],
  [400, 'ErrorInvalidIdMalformed', /^Id is malformed\.$/, () => world.get(`${messages}/bad`)],
  [400, 'ErrorInvalidRecipients', /./, () => world.post(`${user}/sendMail`, mail({ toRecipients: [{ emailAddress: { address: 'nobody' } }] }))],
  [
    400,
    'ErrorMessageSizeExceeded',
    /^The message exceeds the maximum supported size\.$/,
    () => {
      limit({ messageBytes: 10 });
      return world.post(`${user}/sendMail`, mail());
    },
  ],
  [413, 'requestEntityTooLarge', /./, () => world.post(`${user}/sendMail`, mail({ subject: 'x'.repeat(4_200_000) }))],
  [
    429,
    'ErrorExceededMessageLimit',
    /^Cannot send mail\. Daily Message\/Recipient limit exceeded/,
    () => {
      limit({ recipientsPerDay: 0 });
      return world.post(`${user}/sendMail`, mail());
    },
  ],
  [429, 'ErrorSubmissionQuotaExceeded', /./, refuse({ status: 429, code: 'ErrorSubmissionQuotaExceeded' })],
  [429, 'TooManyRequests', /./, refuse({ status: 429 })],
  [410, 'syncStateNotFound', /./, () => delta(410)],
  [400, 'SyncStateNotFound', /./, () => delta(400)],
  [404, 'resyncRequired', /./, () => delta(404)],
  [503, 'ServiceUnavailable', /./, refuse({ status: 503 })],
  [504, 'GatewayTimeout', /./, refuse({ status: 504 })],
  [
    507,
    'ErrorQuotaExceeded',
    /./,
    () => {
      world.fault('mailbox.full', {}, 1);
      return world.post(messages, { subject: 'x' });
    },
  ],
  [509, 'bandwidthLimitExceeded', /./, refuse({ status: 509 })],
];

describe('each error of Graph', () => {
  it.each(ROWS)('%i %s %s can be provoked', async (status, code, words, provoke) => {
    const answer = await provoke();
    const { error } = answer.json as unknown as { error: { code: string; message: string } };
    expect([answer.status, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(words);
  });

  it('a claims challenge has no more than its header to say', async () => {
    world.fault('graph.claims-challenge', {}, 1);
    const challenged = await world.ask('GET', messages, { token: await world.token({ claims: { xms_cc: ['cp1'] } }) });
    expect([challenged.status, challenged.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="insufficient_claims"')]);
  });

  it('an unknown address, version or method is told from all these', async () => {
    const codeOf = ({ status, json }: Answer): unknown => [status, json['error'].code];
    expect(codeOf(await world.get(`${user}/mesages`))).toEqual([400, 'BadRequest']);
    expect(codeOf(await world.get(`${world.baseUrl.replace('v1.0', 'v2.0')}${messages}`))).toEqual([400, 'BadRequest']);
    expect(codeOf(await world.patch(`${user}/mailFolders`, {}))).toEqual([405, 'ErrorMethodNotAllowed']);
  });
});
