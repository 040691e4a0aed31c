import { type Credential, type CredentialRequest, MailError, secret } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { makeLocalCertificate } from '@signalbox/local-servers';
import { describe, expect, it } from 'vitest';
import { openSmtp } from '../src/transport.ts';
import { HandTurnedClock } from './hand-turned-clock.ts';
import { certificate, contextFor, failureOf, MAILBOX, openScripted } from './open-scripted.ts';
import { type Script, startScriptedServer } from './scripted-server.ts';
import { openLocalWorld } from './world.ts';

const LETTER = 'Subject: x\r\n\r\n';
const bearer = (token: string, expiresAt?: Date): Credential => ({ kind: 'bearer', username: MAILBOX.address, token: secret(token), ...(expiresAt && { expiresAt }) });

const stranger = await makeLocalCertificate();

describe('the connections of a mailbox', () => {
  it('are never more than allowed, and are used again', async () => {
    await using world = await openLocalWorld({ credential: 'password', config: { maxConnections: 2 } });
    const { send } = world.transport;
    const envelope = { mailFrom: world.address, rcptTo: [world.recipients[0]] as const };
    const all = Array.from({ length: 30 }, async (_, index) => send?.dispatch({ envelope, content: contentOf(`Subject: ${index}\r\n\r\n`) }));
    await Promise.all(all);
    expect(world.server.messages.length).toBe(30);
    expect(world.server.connections).toMatchObject({ made: 2, most: 2 });
  });

  it('end politely when nobody has used them for a while', async () => {
    const clock = new HandTurnedClock();
    await using scripted = await openScripted({}, { clock, config: { idleCloseMs: 30_000 } });
    await scripted.send(LETTER);
    expect(scripted.server.lines).not.toContain('QUIT');
    clock.turn(30_000);
    await expect.poll(() => scripted.server.lines.at(-1)).toBe('QUIT');
    await scripted.send(LETTER);
    expect(scripted.server.connections).toBe(2);
  });

  it('that the server ended with 421 are replaced without a failure', async () => {
    await using scripted = await openScripted({ answers: { MAIL: (socket) => void socket.write(scripted.server.connections === 1 ? '421 4.4.2 idle for too long\r\n' : '250 fine\r\n') } });
    expect((await scripted.send(LETTER)).accepted).toEqual(['ada@local.example']);
    expect(scripted.server.contents.length).toBe(1);
  });

  it('are open and signed in before anything of a message is read, so that one is not counted as begun while a server does not answer', async () => {
    const clock = new HandTurnedClock();
    await using scripted = await openScripted({}, { clock, config: { idleCloseMs: 30_000 } });
    clock.turn(30_000);
    await expect.poll(() => scripted.server.lines.at(-1)).toBe('QUIT');
    let before: readonly string[] = [];
    async function* letter() {
      before = [...scripted.server.lines];
      yield Buffer.from(LETTER);
    }
    await scripted.transport.send?.dispatch({ envelope: { mailFrom: MAILBOX.address, rcptTo: ['ada@local.example'] }, content: { open: letter } });
    expect(before.filter((line) => line.startsWith('AUTH')).length).toBe(2);
    expect(before.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  });

  it('go on after a refusal, with the envelope forgotten', async () => {
    await using scripted = await openScripted({ answers: { RCPT: (socket) => void socket.write(scripted.server.lines.at(-1)?.includes('ada') ? '250 fine\r\n' : '550 5.1.1 no\r\n'), DATA: (socket) => void socket.write('554 no valid recipients\r\n') } });
    await expect(scripted.send(LETTER, ['nobody@local.example'])).rejects.toMatchObject({ code: 'recipient.refused' });
    await expect(scripted.send(LETTER)).rejects.toMatchObject({ code: 'message.refused' });
    expect(scripted.server.connections).toBe(1);
    expect(scripted.server.lines.filter((line) => line === 'RSET').length).toBe(2);
  });
});

describe('signing in', () => {
  it('does not try a token that is about to run out, and asks for another one', async () => {
    const clock = new HandTurnedClock();
    const asked: CredentialRequest[] = [];
    const credential = async (request: CredentialRequest): Promise<Credential> => {
      asked.push(request);
      return request.rejected ? bearer('fresh', new Date(clock.now().getTime() + 3_600_000)) : bearer('old', new Date(clock.now().getTime() + 5000));
    };
    await using scripted = await openScripted({}, { clock, credential });
    const tokens = scripted.server.lines.filter((line) => line.startsWith('AUTH')).map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').toString());
    expect(tokens).toEqual([`user=${MAILBOX.address}\u0001auth=Bearer fresh\u0001\u0001`]);
    expect(asked.length).toBe(2);
  });

  it('answers the challenge of a refused token, so that the server says in its own words what is wrong', async () => {
    const challenge = `334 ${Buffer.from('{"status":"401"}').toString('base64')}`;
    const refused = async ({ rejected }: CredentialRequest): Promise<Credential> => {
      if (rejected) throw new MailError('auth.interaction-required', 'There is no newer token.');
      return bearer('stale');
    };
    await using server = await startScriptedServer({ certificate, answers: { AUTH: challenge, '': '535 5.7.3 Authentication unsuccessful' } });
    await expect(openSmtp(contextFor(server.port, { credential: refused }))).rejects.toMatchObject({ code: 'auth.interaction-required' });
    expect(server.lines.filter((line) => line === '').length).toBe(1);
  });

  it('uses the mechanism the configuration names', async () => {
    await using scripted = await openScripted({ keywords: ['AUTH PLAIN LOGIN'], answers: { AUTH: '334 VXNlcm5hbWU6', [Buffer.from(MAILBOX.address).toString('base64')]: '334 UGFzc3dvcmQ6', [Buffer.from('pass').toString('base64')]: '235 welcome' } }, { config: { authMechanism: 'login' } });
    expect(scripted.server.lines).toContain('AUTH LOGIN');
  });

  it.each<readonly [string, Script, Record<string, unknown>, Credential]>([
    ['a token where only passwords are taken', { keywords: ['AUTH PLAIN LOGIN'] }, {}, bearer('x')],
    ['a password where only tokens are taken', { keywords: ['AUTH XOAUTH2'] }, {}, { kind: 'password', username: 'x', password: secret('x') }],
    ['anything where nobody can sign in', { keywords: ['PIPELINING'] }, {}, bearer('x')],
    ['a mechanism that is to be ignored', {}, { ignoreCapabilities: ['AUTH=XOAUTH2'] }, bearer('x')],
  ])('cannot use %s, and says what to change', async (_what, script, config, credential) => {
    await using server = await startScriptedServer({ certificate, ...script });
    await expect(openSmtp(contextFor(server.port, { config, credential: async () => credential }))).rejects.toMatchObject({ code: 'auth.method-disabled', remedy: { action: 'fix-config' } });
    expect(server.lines.filter((line) => line.startsWith('AUTH'))).toEqual([]);
  });
});

describe('a server that cannot be reached', () => {
  const failing = async (script: Script, config: Record<string, unknown>, clock?: HandTurnedClock): Promise<unknown> => {
    await using server = await startScriptedServer({ certificate, ...script });
    const opening = failureOf(openSmtp(contextFor(server.port, { config, ...(clock && { clock }) })))
    if (clock) {
      await expect.poll(() => server.connections).toBe(1);
      for (let turn = 0; turn < 20; turn += 1) {
        clock.turn(10_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    return await opening;
  };

  it('because it does not offer STARTTLS is never spoken to in plain text', async () => {
    await using server = await startScriptedServer({ keywords: ['AUTH PLAIN'], answers: { STARTTLS: '502 5.5.1 unimplemented' } });
    await expect(openSmtp(contextFor(server.port, { config: { tls: 'starttls' } }))).rejects.toMatchObject({ code: 'tls.failed', remedy: { who: 'operator' } });
    expect(server.lines.some((line) => line.startsWith('AUTH'))).toBe(false);
  });

  it('because nobody listens', async () => {
    const server = await startScriptedServer({ certificate });
    await server[Symbol.asyncDispose]();
    await expect(openSmtp(contextFor(server.port))).rejects.toMatchObject({ code: 'unavailable', remedy: { action: 'fix-config' } });
  });

  it('because its name does not exist', async () => {
    await expect(openSmtp(contextFor(587, { config: { host: 'no-such-host.invalid' } }))).rejects.toMatchObject({ code: 'unavailable', remedy: { text: expect.stringContaining('spelling') } });
  });

  it.each<readonly [string, Script, Record<string, unknown>, object]>([
    ['its certificate is from an unknown authority', {}, { ca: stranger.certificate }, { code: 'tls.failed', remedy: { text: expect.stringContaining('`ca`') } }],
    ['its certificate is for another name', {}, { servername: 'mail.example.test' }, { code: 'tls.failed', remedy: { text: expect.stringContaining('servername') } }],
    ['it does not want us', { greeting: '554 5.7.1 go away' }, {}, { code: 'unavailable', detail: { status: '554 5.7.1' } }],
    ['it has too many connections', { greeting: '421 4.3.2 too many connections' }, {}, { code: 'throttled' }],
    ['it hangs up before greeting', { greeting: (socket) => void socket.destroy() }, {}, { code: 'connection.lost' }],
  ])('because %s', async (_why, script, config, expected) => {
    expect(await failing(script, config)).toMatchObject(expected);
  });

  it('because it does not greet in time', async () => {
    expect(await failing({ greeting: () => {} }, { greetingTimeoutMs: 10_000 }, new HandTurnedClock())).toMatchObject({ code: 'timeout', retry: 'safe' });
  });

  it('and an abort ends the waiting with its reason', async () => {
    await using server = await startScriptedServer({ certificate, greeting: () => {} });
    const stop = new AbortController();
    const reason = new Error('enough');
    const opening = failureOf(openSmtp(contextFor(server.port), { signal: stop.signal }));
    await expect.poll(() => server.connections).toBe(1);
    stop.abort(reason);
    expect(await opening).toBe(reason);
  });
});

describe('the probe', () => {
  it('begins a message from the mailbox and forgets it, so that nothing is sent', async () => {
    await using scripted = await openScripted();
    const before = scripted.server.lines.length;
    const report = await scripted.transport.probe.check();
    expect(report.checks.map(({ name, status }) => [name, status])).toEqual([['reach', 'pass'], ['authenticate', 'pass'], ['send', 'pass']]);
    const said = scripted.server.lines.slice(before).map((line) => line.split(' ', 1)[0]);
    expect(said).toContain('MAIL');
    expect(said).toContain('RSET');
    expect(said).not.toContain('RCPT');
    expect(said).not.toContain('DATA');
  });

  it('tells a mailbox that may sign in but not send', async () => {
    await using scripted = await openScripted({ answers: { MAIL: '530 5.7.57 Client not authenticated to send mail.' } });
    const { checks } = await scripted.transport.probe.check();
    expect(checks.map(({ status }) => status)).toEqual(['pass', 'pass', 'fail']);
    expect(checks[2]).toMatchObject({ name: 'send', error: { code: 'access.denied', remedy: { who: 'tenant-admin' } } });
  });
});
