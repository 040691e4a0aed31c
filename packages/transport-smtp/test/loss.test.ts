import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HandTurnedClock } from './hand-turned-clock.ts';
import { failureOf, openScripted } from './open-scripted.ts';
import type { Script } from './scripted-server.ts';

const cut = (socket: Socket): void => void socket.destroy();
const silence = (): void => {};
const LETTER = 'Message-ID: <1@local.example>\r\n\r\nbody\r\n';
const LARGE = Buffer.alloc(30_000_000, 'sixty-three octets and then the end of the line, again and again\r\n');

describe('a connection that is lost', () => {
  it.each<readonly [string, Script, string | Buffer]>([
    ['at MAIL FROM', { answers: { MAIL: cut } }, LETTER],
    ['at RCPT TO', { answers: { RCPT: cut } }, LETTER],
    ['at DATA', { answers: { DATA: cut } }, LETTER],
    ['without pipelining, at RCPT TO', { keywords: ['AUTH PLAIN'], answers: { RCPT: cut } }, LETTER],
    ['in the middle of the content', { onContent: (socket, octets) => octets > 100_000 && socket.destroy() }, LARGE],
  ])('%s has taken nothing: the message may be sent again', async (_where, script, raw) => {
    await using scripted = await openScripted(script);
    await expect(scripted.send(raw)).rejects.toMatchObject({ code: 'connection.lost', retry: 'safe' });
    expect(scripted.server.contents).toEqual([]);
  });

  it.each<readonly [string, (socket: Socket) => void]>([
    ['without a word', cut],
    ['politely', (socket) => void socket.end()],
    ['after half an answer', (socket) => void socket.end('250 2.0.')],
    ['after half a refusal', (socket) => void socket.end('550 5.7.1 refu')],
    ['after an answer that is none', (socket) => void socket.end('what?\r\n')],
  ])('after the end of the data, %s, leaves the outcome unknown', async (_how, answer) => {
    await using scripted = await openScripted({ answers: { '.': answer } });
    await expect(scripted.send(LETTER)).rejects.toMatchObject({ code: 'delivery.unknown', retry: 'unknown-outcome' });
    expect(scripted.server.contents.length).toBe(1);
    expect(scripted.server.lines.filter((line) => line.startsWith('MAIL')).length, 'it was sent once').toBe(1);
  });

  it('after the end of the data leaves the outcome unknown even where recipients were refused before', async () => {
    await using scripted = await openScripted({ answers: { RCPT: (socket) => void socket.write(scripted.server.lines.at(-1)?.includes('ada') ? '250 fine\r\n' : '550 5.1.1 no\r\n'), '.': cut } });
    await expect(scripted.send(LETTER, ['ada@local.example', 'ben@local.example'])).rejects.toMatchObject({ code: 'delivery.unknown' });
  });

  it('is replaced for the next message', async () => {
    let cuts = 1;
    await using scripted = await openScripted({ answers: { '.': (socket) => void ((cuts -= 1) >= 0 ? socket.destroy() : socket.write('250 2.0.0 queued\r\n')) } });
    await expect(scripted.send(LETTER)).rejects.toMatchObject({ code: 'delivery.unknown' });
    expect((await scripted.send(LETTER)).accepted).toEqual(['ada@local.example']);
    expect(scripted.server.connections).toBe(2);
  });
});

describe('an answer to the content', () => {
  it.each([
    ['550 5.7.1 spam', 'message.refused', 'never'],
    ['552 5.3.4 too large', 'message.too-large', 'never'],
    ['552 5.2.2 quota exceeded', 'quota.exceeded', 'after-remedy'],
    ['554 5.2.252 SendAsDenied; a not allowed to send as b', 'sender.refused', 'after-remedy'],
    ['451 4.3.0 later', 'unavailable', 'safe'],
    ['432 4.3.2 too fast', 'throttled', 'safe'],
    ['421 4.3.2 closing', 'unavailable', 'safe'],
  ])('%s is %s, and the next message goes out', async (reply, code, retry) => {
    const replies = [reply];
    await using scripted = await openScripted({ answers: { '.': (socket) => void socket.write(`${replies.shift() ?? '250 2.0.0 queued as 42'}\r\n`) } });
    await expect(scripted.send(LETTER)).rejects.toMatchObject({ code, retry });
    expect(await scripted.send(LETTER)).toMatchObject({ messageId: '1@local.example', sentCopy: 'not-saved', detail: { protocol: 'smtp', status: '250 2.0.0', text: 'queued as 42' } });
  });

  it('that comes in the middle of it ends the connection, which cannot be taken back otherwise', async () => {
    let refused = false;
    const refuseOnce = (socket: Socket, octets: number): void => {
      if (refused || octets < 1000) return;
      refused = true;
      socket.write('552 5.3.4 Message size exceeds fixed limit\r\n');
    };
    await using scripted = await openScripted({ onContent: refuseOnce });
    await expect(scripted.send(LARGE)).rejects.toMatchObject({ code: 'message.too-large' });
    await scripted.send(LETTER);
    expect(scripted.server.connections).toBe(2);
  });

  it('that accepts what is not complete leaves the outcome unknown', async () => {
    const acceptEarly = (socket: Socket, octets: number): void => void (octets > 1000 && socket.write('250 2.0.0 queued\r\n'));
    await using scripted = await openScripted({ onContent: acceptEarly });
    await expect(scripted.send(LARGE)).rejects.toMatchObject({ code: 'delivery.unknown' });
  });
});

describe('a server that is silent', () => {
  const limits = { commandTimeoutMs: 5000, dataTimeoutMs: 60_000 };
  const whenAsked = async (lines: readonly string[], word: string): Promise<void> => {
    await expect.poll(() => lines.some((line) => line.startsWith(word))).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('at an envelope has taken nothing when its time is over', async () => {
    const clock = new HandTurnedClock();
    await using scripted = await openScripted({ answers: { MAIL: silence, RCPT: silence, DATA: silence } }, { clock, config: limits });
    const failure = failureOf(scripted.send(LETTER));
    await whenAsked(scripted.server.lines, 'MAIL');
    clock.turn(5000);
    expect(await failure).toMatchObject({ code: 'timeout', retry: 'safe' });
  });

  it('after the end of the data has longer, and then leaves the outcome unknown', async () => {
    const clock = new HandTurnedClock();
    await using scripted = await openScripted({ answers: { '.': silence } }, { clock, config: limits });
    let settled = false;
    const failure = failureOf(scripted.send(LETTER).finally(() => (settled = true)));
    await expect.poll(() => scripted.server.contents.length).toBe(1);
    clock.turn(59_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled, 'the limit of a command does not hold for content').toBe(false);
    clock.turn(1000);
    expect(await failure).toMatchObject({ code: 'delivery.unknown' });
  });

  it('is told apart from the caller who gives up: an abort rejects with its reason, wherever the message is', async () => {
    for (const answers of [{ MAIL: silence, RCPT: silence, DATA: silence }, { '.': silence }]) {
      await using scripted = await openScripted({ answers });
      const stop = new AbortController();
      const reason = new Error('enough');
      const failure = failureOf(scripted.send(LETTER, undefined, stop.signal));
      await whenAsked(scripted.server.lines, 'DATA');
      stop.abort(reason);
      expect(await failure).toBe(reason);
    }
  });

  it('ends with transport.closed when the transport is disposed of', async () => {
    await using scripted = await openScripted({ answers: { '.': silence } });
    const failure = failureOf(scripted.send(LETTER));
    await expect.poll(() => scripted.server.contents.length).toBe(1);
    await scripted.transport[Symbol.asyncDispose]();
    expect(await failure).toMatchObject({ code: 'transport.closed' });
  });
});
