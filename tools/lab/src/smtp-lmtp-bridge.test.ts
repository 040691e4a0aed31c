import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startBridge } from './smtp-lmtp-bridge.ts';

/** An LMTP server that knows what to say to each line, and two replies for the message. */
async function fakeLmtp(heard: string[], afterData: string) {
  let data = false;
  const server = createServer((socket) => {
    let buffered = '';
    socket.write('220 lmtp\r\n');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        heard.push(line);
        if (data) {
          data = line !== '.';
          if (!data) socket.write(afterData);
          continue;
        }
        data = line === 'DATA';
        socket.write(line.startsWith('LHLO') ? '250-lmtp\r\n250-8BITMIME\r\n250 CHUNKING\r\n' : data ? '354 go\r\n' : '250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** To greeting, EHLO, MAIL, RCPT twice, DATA, the message and NOOP. */
const REPLY_LINES = 9;

async function converse(afterData: string, message: string): Promise<{ heard: string[]; said: string }> {
  const heard: string[] = [];
  await using lmtp = await fakeLmtp(heard, afterData);
  await using bridge = await startBridge(lmtp.port);
  const socket = connect({ port: bridge.port, host: '127.0.0.1' });
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString()));
  socket.write(`EHLO me\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nRCPT TO:<c>\r\nDATA\r\n${message}.\r\nNOOP\r\n`);
  for (let left = 200; left > 0 && said.split('\r\n').length <= REPLY_LINES; left--) await sleep(10);
  socket.destroy();
  return { heard, said };
}

describe('the bridge from SMTP to LMTP', () => {
  it('passes commands and message on, and makes one reply of many', async () => {
    const { heard, said } = await converse('250 b\r\n250 c\r\n', 'Subject: x\r\n\r\nbody\r\n');
    expect(heard).toEqual(['LHLO me', 'MAIL FROM:<a>', 'RCPT TO:<b>', 'RCPT TO:<c>', 'DATA', 'Subject: x', '', 'body', '.', 'NOOP']);
    expect(said).toBe('220 lmtp\r\n250-lmtp\r\n250 8BITMIME\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 b\r\n250 ok\r\n');
  });

  it('refuses when one recipient is refused', async () => {
    const { said } = await converse('250 b\r\n552 c is full\r\n', 'x\r\n');
    expect(said).toContain('354 go\r\n552 c is full\r\n250 ok');
  });

  it('passes an empty message', async () => {
    const { heard } = await converse('250 b\r\n250 c\r\n', '');
    expect(heard.slice(-3)).toEqual(['DATA', '.', 'NOOP']);
  });
});
