import { inspect } from 'node:util';
import type { Secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explain, type MailboxRoutes } from '../src/index.ts';
import { bundle, fakeAuth, fakeTransport, presets, routesOf, type RouteText } from './support.ts';

const HEAD = 'version: 1\norganization: contoso\n';
const ENTRA = 'entra: { tenant: contoso.example, clientId: "1", clientSecret: "${env:CLIENT}" }\n';
const SERVERS = 'servers:\n  imap: { host: imap.contoso.com, port: 993, greeting: hello }\n  smtp: { host: smtp.contoso.com }\n';
const ENV = { CLIENT: 'c1ient-s3cret', PASS: 'pa55-s3cret', TOKEN: 't0ken-s3cret' };

const routes = (text: string, options: RouteText = {}): Promise<readonly MailboxRoutes[]> => routesOf(HEAD + text, { env: ENV, ...options });

async function routesOfOne(rest: string, mailbox: string, options?: RouteText): Promise<MailboxRoutes> {
  const [only] = await routes(`${rest}mailboxes:\n  - ${mailbox}\n`, options);
  if (!only) throw new Error('There is no mailbox.');
  return only;
}

describe('routing', () => {
  it('decides per mailbox and per direction', async () => {
    const all = await routes(`${ENTRA}${SERVERS}mailboxes:
  - { id: a, address: a@b.c, flow: cloud }
  - { id: b, address: b@b.c, receive: basic, send: cloud, password: "\${env:PASS}" }
  - { id: c, address: c@b.c, receive: token, token: "\${env:TOKEN}" }
`);
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
    expect(all.map(({ mailbox, wanted, receive, send }) => [mailbox.id, wanted.join(), receive?.transport.name, receive?.auth?.name, send?.transport.name, send?.auth?.name])).toEqual([
      ['a', 'receive,send', 'cloud', 'tenant', 'cloud', 'tenant'],
      ['b', 'receive,send', 'imap', 'password', 'cloud', 'tenant'],
      ['c', 'receive', 'imap', 'static', undefined, undefined],
    ]);
    expect(all[0]?.receive?.credentials).toEqual(['bearer']);
  });

  it('hands each plugin only the credentials that it can use', async () => {
    const { receive, send } = await routesOfOne(`${ENTRA}${SERVERS}`, '{ id: b, address: b@b.c, receive: basic, send: cloud, password: "${env:PASS}" }');
    expect(Object.keys(receive?.authConfig as object)).toEqual(['password']);
    expect(receive?.authConfig).toMatchObject({ password: { reveal: expect.any(Function) as unknown } });
    expect(Object.keys(send?.authConfig as object).toSorted()).toEqual(['clientId', 'clientSecret', 'grant', 'tenant']);
  });

  it('lays the mailbox over the organisation, and the flow over both', async () => {
    const flows = { slow: { receive: { transport: 'imap', auth: 'password', transportOptions: { greeting: 'flow' } } } };
    const { receive } = await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: slow, password: "${env:PASS}", servers: { imap: { host: other.contoso.com } } }', { flows });
    expect(receive?.transportConfig).toEqual({ host: 'other.contoso.com', port: 993, tls: 'implicit', greeting: 'flow' });
    expect(receive?.server).toEqual({ host: 'other.contoso.com', port: 993, tls: 'implicit' });
  });

  it('prefers a flow of the configuration to a preset of the same name', async () => {
    const { receive } = await routesOfOne(`${SERVERS}flows: { basic: { receive: { transport: imap, auth: static, authOptions: { username: shared } } } }\n`, '{ id: a, address: a@b.c, receive: basic }');
    expect(receive?.auth?.name).toBe('static');
    expect(receive?.authConfig).toEqual({ username: 'shared' });
    expect(receive?.username).toBe('shared');
  });

  it('takes settings of an auth plugin from the organisation and from the mailbox', async () => {
    const { receive } = await routesOfOne(`${SERVERS}auth: { static: { username: all, tokenFile: a } }\n`, '{ id: a, address: a@b.c, receive: token, auth: { static: { username: mine } } }');
    expect(receive?.authConfig).toMatchObject({ username: 'mine' });
    expect(receive?.authConfig).toHaveProperty('tokenFile');
  });

  it('takes the tenant that the mailbox names, and asks for one where there are several', async () => {
    const all = await routes(`entra: { one: { tenant: one.example, clientId: "1" }, two: { tenant: two.example, clientId: "2" } }
mailboxes:
  - { id: a, address: a@b.c, receive: cloud, tenant: two }
  - { id: b, address: b@b.c, receive: cloud }
`);
    expect(all[0]?.receive?.authConfig).toMatchObject({ tenant: 'two.example' });
    expect(all[1]?.problems).toMatchObject([{ path: 'mailboxes[1].tenant', remedy: 'Add "tenant" to the mailbox: one of one, two.', line: 6 }]);
  });

  it('tells the transport what the flow shares of its section, unless the server has its own', async () => {
    const far = fakeTransport('far', { config: z.strictObject({ cloud: z.string() }) });
    const side = { transport: 'far', auth: 'tenant', settings: 'entra', sharedSettings: ['cloud'], authOptions: { grant: 'client-credentials' } };
    const options = { flows: { far: { receive: side } }, plugins: [...bundle(), far] };
    const section = ENTRA.replace('clientId', 'cloud: china, clientId');
    const shared = await routesOfOne(section, '{ id: a, address: a@b.c, receive: far }', options);
    expect(shared.receive?.transportConfig).toEqual({ cloud: 'china' });
    const own = await routesOfOne(`${section}servers: { far: { cloud: global } }\n`, '{ id: a, address: a@b.c, receive: far }', options);
    expect(own.receive?.transportConfig).toEqual({ cloud: 'global' });
  });

  it('gives the network of a route its private CAs and its proxy', async () => {
    const [a, b] = ['A', 'B'].map((name) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`);
    const text = `servers: { imap: { host: mail.internal, ca: b.pem }, smtp: { host: far.example } }\nnetwork: { proxy: "http://u:pr0xy-s3cret@p:1", noProxy: [.internal], ca: a.pem }\n`;
    const found = await routesOfOne(text, '{ id: a, address: a@b.c, flow: basic, password: "${env:PASS}" }', { files: { '/etc/signalbox/a.pem': a ?? '', '/etc/signalbox/b.pem': b ?? '' } });
    expect(found.receive?.network).toEqual({ ca: [a, b] });
    expect(found.send?.network).toEqual({ ca: [a], proxy: 'http://u:pr0xy-s3cret@p:1' });
    expect(found.receive?.transportConfig).not.toHaveProperty('ca');
    expect(explain(found).send).toMatchObject({ proxy: 'http://p:1' });
    expect(JSON.stringify(explain(found))).not.toContain('s3cret');
  });
});

describe('a transport with nothing to sign in to', () => {
  const plugins = [...bundle(), fakeTransport('pickup', { facets: ['send'], credentials: [], config: z.strictObject({ directory: z.string() }) })];
  const flowOf = (more: string): string => `servers: { pickup: { directory: /var/pickup } }\nflows: { drop: { send: { transport: pickup${more} } } }\n`;

  it('needs no auth plugin', async () => {
    const found = await routesOfOne(flowOf(''), '{ id: a, address: a@b.c, send: drop }', { plugins });
    expect(found.problems).toEqual([]);
    expect(found.send).toMatchObject({ credentials: [], transportConfig: { directory: '/var/pickup' } });
    expect(found.send).not.toHaveProperty('auth');
    expect(explain(found).send).not.toHaveProperty('auth');
  });

  it('takes none either', async () => {
    const { problems } = await routesOfOne(flowOf(', auth: password'), '{ id: a, address: a@b.c, send: drop, password: "${env:PASS}" }', { plugins });
    expect(problems).toMatchObject([{ path: 'flows.drop.send.auth', remedy: 'Remove "auth" from the flow.' }]);
  });

  it('is told from one whose flow forgot the auth plugin', async () => {
    const { problems } = await routesOfOne(`${SERVERS}flows: { open: { send: { transport: smtp } } }\n`, '{ id: a, address: a@b.c, send: open }');
    expect(problems).toMatchObject([{ path: 'flows.open.send.auth', remedy: 'Add "auth" to the flow: the name of a plugin that issues a bearer or password.' }]);
  });
});

describe('a relay', () => {
  const RELAY = 'outgoing: { mode: relay, relay: { host: relay.contoso.com, username: relay, password: "${env:PASS}" } }\n';

  it('sends for every mailbox that sends, and says why', async () => {
    const all = await routes(`${ENTRA}${SERVERS}${RELAY}mailboxes:
  - { id: a, address: a@b.c, flow: cloud, username: personal }
  - { id: b, address: b@b.c, receive: cloud }
`);
    expect(all[0]?.receive?.transport.name).toBe('cloud');
    expect(all[0]?.send).toMatchObject({ flow: 'relay', server: { host: 'relay.contoso.com' }, username: 'relay', authConfig: { username: 'relay' } });
    expect(all[0]?.send?.reasons[0]).toContain('because outgoing.mode is relay');
    expect(all[1]).not.toHaveProperty('send');
  });

  it('is reached by the flow that the configuration names', async () => {
    const { send, problems } = await routesOfOne(`${SERVERS}${RELAY.replace('{ host: relay', '{ flow: basic, host: relay')}`, '{ id: a, address: a@b.c, send: token }');
    expect(send?.flow).toBe('basic');
    expect(problems).toEqual([]);
  });

  it('is a problem of every sender where no flow reaches it', async () => {
    const { relay: _, ...flows } = presets;
    const { problems, wanted } = await routesOfOne(`${SERVERS}${RELAY}`, '{ id: a, address: a@b.c, send: basic }', { flows });
    expect(wanted).toEqual(['send']);
    expect(problems).toMatchObject([{ path: 'outgoing.relay.flow', message: 'There is no flow "relay".' }]);
  });
});

describe('a broken mailbox', () => {
  it('does not stop the others', async () => {
    const all = await routes(`${SERVERS}mailboxes:
  - { id: a, address: a@b.c, receive: bassic, password: "\${env:PASS}" }
  - { id: b, address: b@b.c, receive: basic, password: "\${env:PASS}" }
`);
    expect(all[0]?.problems).toMatchObject([{ path: 'mailboxes[0].receive', message: 'There is no flow "bassic". Did you mean "basic"?', line: 7, column: 30 }]);
    expect(all[1]).toMatchObject({ problems: [], receive: { flow: 'basic' } });
  });

  it.each([
    ['a missing setting', SERVERS, '{ id: a, address: a@b.c, receive: basic }', 'mailboxes[0].password', 'Add mailboxes[0].password'],
    ['a missing server', '', '{ id: a, address: a@b.c, receive: basic, password: "${env:PASS}" }', 'servers.imap.host', 'Add servers.imap.host'],
    ['a setting that the plugin does not know', 'servers: { imap: { host: h.example, hots: x } }\n', '{ id: a, address: a@b.c, receive: basic, password: "${env:PASS}" }', 'servers.imap.hots', 'Remove it'],
    ['a wrong setting of the mailbox', SERVERS, '{ id: a, address: a@b.c, receive: basic, password: "${env:PASS}", servers: { imap: { greeting: 5 } } }', 'mailboxes[0].servers.imap.greeting', 'Correct mailboxes[0]'],
    ['a missing section', SERVERS, '{ id: a, address: a@b.c, receive: cloud }', 'entra', 'Add "entra"'],
  ])('is told by the place in the file for %s', async (_, rest, mailbox, path, remedy) => {
    const { problems, receive } = await routesOfOne(rest, mailbox);
    expect(receive).toBeUndefined();
    expect(problems).toMatchObject([{ path, remedy: expect.stringContaining(remedy) as string, severity: 'error' }]);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['a flow without that direction', { x: { send: { transport: 'smtp', auth: 'password' } } }, 'has nothing to receive with'],
    ['a transport without that facet', { x: { receive: { transport: 'smtp', auth: 'password' } } }, 'cannot receive'],
    ['credentials that the transport does not take', { x: { receive: { transport: 'cloud', auth: 'password' } } }, 'issues password, but the transport "cloud" accepts only bearer'],
    ['an unknown transport', { x: { receive: { transport: 'imp', auth: 'password' } } }, 'no transport plugin "imp". Did you mean "imap"?'],
    ['an unknown section', { x: { receive: { transport: 'imap', auth: 'static', settings: 'entrra' } } }, 'Did you mean "entra"?'],
  ])('is refused before anything is opened for %s', async (_, flows, message) => {
    const { problems } = await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: x, password: "${env:PASS}" }', { flows });
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) as string, severity: 'error' }]);
  });

  it('shows no secret that a plugin quotes, and survives a schema that throws', async () => {
    const quoting = fakeAuth('password', { issues: ['password'], config: z.custom((value) => typeof value !== 'object', { error: (issue) => `cannot use ${(issue.input as { password: Secret }).password.reveal()}` }) });
    const throwing = fakeTransport('imap', { config: { '~standard': { version: 1, vendor: 'x', validate: () => { throw new TypeError('pa55-s3cret'); } } } });
    const { problems } = await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: basic, password: "${env:PASS}" }', { plugins: [quoting, throwing] });
    expect(problems.map(({ message }) => message).toSorted()).toEqual(['The auth plugin "password" refuses its settings: cannot use ${env:PASS}', 'The transport plugin "imap" failed to check its settings.']);
    expect(inspect(problems)).not.toContain('s3cret');
  });

  it('is not one for having a name that objects have', async () => {
    const { problems } = await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: constructor }');
    expect(problems[0]?.message).toContain('There is no flow "constructor".');
  });
});

describe('warnings', () => {
  it.each([
    ['receive', 'outlook.office365.com', 'imap', 'refused passwords over IMAP since 2023'],
    ['send', 'SMTP.office365.com', 'smtp', 'off by default at the end of December 2026'],
  ])('tell what becomes of a password on Exchange Online: %s', async (direction, host, transport, message) => {
    const found = await routesOfOne(`servers: { ${transport}: { host: ${host} } }\n`, `{ id: a, address: a@b.c, ${direction}: basic, password: "\${env:PASS}" }`);
    expect(found.problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining(message) as string, path: `mailboxes[0].${direction}` }]);
    expect(found[direction as 'receive' | 'send']).toBeDefined();
  });

  it('leave tokens on Exchange Online and passwords elsewhere alone', async () => {
    const servers = 'servers: { imap: { host: outlook.office365.com } }\n';
    expect((await routesOfOne(servers, '{ id: a, address: a@b.c, receive: token, token: "${env:TOKEN}" }')).problems).toEqual([]);
    expect((await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: basic, password: "${env:PASS}" }')).problems).toEqual([]);
  });

  it('tell of a server of the mailbox that no flow uses', async () => {
    const { problems } = await routesOfOne(SERVERS, '{ id: a, address: a@b.c, flow: basic, password: "${env:PASS}", servers: { imp: { host: x } } }');
    expect(problems).toMatchObject([{ severity: 'warning', path: 'mailboxes[0].servers.imp' }]);
  });
});

describe('explain', () => {
  it('says per direction what is used and why, as JSON and without secrets', async () => {
    const found = await routesOfOne(`${ENTRA}${SERVERS}`, '{ id: b, address: b@b.c, receive: basic, send: cloud, endpoint: 7, username: bee, password: "${env:PASS}" }');
    const explanation = explain(found);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(inspect(explanation, { depth: 9 })).not.toContain('s3cret');
    expect(explanation).toMatchObject({
      id: 'b',
      endpoint: '7',
      receive: {
        state: 'routed',
        flow: 'basic',
        transport: 'imap',
        transportVersion: '1.2.3',
        auth: 'password',
        credentials: ['password'],
        host: 'imap.contoso.com',
        port: 993,
        tls: 'implicit',
        username: 'bee',
        reasons: [
          'The flow "basic" was chosen at mailboxes[0].receive, a preset.',
          'The server of the transport "imap" was set at servers.imap.',
          'The user name was set at mailboxes[0].username.',
        ],
      },
      send: { state: 'routed', transport: 'cloud', reasons: ['The flow "cloud" was chosen at mailboxes[0].send, a preset.', 'Credentials come from the section "entra".', 'The user name was set at mailboxes[0].username.'] },
      problems: [],
    });
  });

  it('tells a direction that is broken from one that is off', async () => {
    const explanation = explain(await routesOfOne(SERVERS, '{ id: a, address: a@b.c, receive: nowhere }', { plugins: bundle() }));
    expect(explanation.receive).toEqual({ state: 'broken', flow: 'nowhere' });
    expect(explanation.send).toEqual({ state: 'off' });
    expect(explanation.problems).toHaveLength(1);
  });
});
