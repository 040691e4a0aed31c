import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSocketmap } from './socketmap.ts';

const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

describe('socketmap', () => {
  it('answers what it knows, what it does not, and tables that do not exist, however the bytes come', async () => {
    await using map = await startSocketmap({ users: (key) => (key === 'älice' ? 'here' : undefined) });
    const socket = connect({ port: map.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const expected = ['OK here', 'NOTFOUND ', 'PERM no such table'].map(netstring).join('');
    let said = '';
    const all = new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        said += chunk.toString();
        if (said.length >= expected.length) resolve();
      });
    });
    for (const byte of Buffer.from(['users älice', 'users bob', 'nothing bob'].map(netstring).join(''))) socket.write(Buffer.of(byte));
    await all;
    socket.destroy();
    expect(said).toBe(expected);
  });
});
