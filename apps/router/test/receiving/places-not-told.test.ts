import { plugin as password } from '@signalbox/auth-password';
import { type LocalImapServer, startImapServer } from '@signalbox/local-servers';
import { plugin as imap } from '@signalbox/transport-imap';
import { describe, expect, it } from 'vitest';
import { letter, subjects } from './memory-world.ts';
import { openReceiving, type ReceivingWorld } from './world.ts';

const AT = new Date('2026-11-25T10:00:00Z');

interface World extends ReceivingWorld {
  readonly server: LocalImapServer;
  /** Puts one more of it into the inbox, as COPY does: it arrived when the first one did. */
  copy(raw: Buffer): void;
  /** Until so many lie in the archive, and the router knows where. */
  archived(count: number): Promise<void>;
}

/** A server without UIDPLUS (RFC 4315 §3) says of a move that it was done, and nothing of where to. */
async function openWorld(): Promise<World> {
  const server = await startImapServer({ username: 'a@b.c', password: 'pass', extensions: ['ID', 'IDLE', 'NAMESPACE', 'UNSELECT', 'SPECIAL-USE', 'MOVE', 'LITERALPLUS', 'ENABLE'] });
  const config = `network: { ca: /ca.pem }
servers: { imap: { host: localhost, port: ${server.port}, tls: implicit, pollIntervalMs: 50 } }
mailboxes:
  - { id: a, address: a@b.c, receive: basic, password: '\${env:PASSWORD}', onAck: { move: archive } }
`;
  const world = await openReceiving({ config, plugins: [imap, password], env: { PASSWORD: 'pass' }, files: { '/ca.pem': server.ca } });
  await world.seen('mailbox-active');
  await world.connected();
  return Object.defineProperties({} as World, {
    ...Object.getOwnPropertyDescriptors(world),
    server: { value: server },
    copy: { value: (raw: Buffer) => void server.deliver(raw, { receivedAt: AT }) },
    archived: {
      async value(count: number) {
        await expect.poll(async () => [server.messages('Archive').length, await world.store.effects.waiting('a')], { timeout: 20_000 }).toEqual([count, 0]);
      },
    },
    [Symbol.asyncDispose]: {
      async value() {
        await world[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    },
  });
}

describe('what the router moved away on a server that does not tell where to', () => {
  it.each([
    ['a Message-ID', letter('one')],
    ['no Message-ID', letter('one', { id: '' })],
  ])('is known where it lies, with %s: a copy in the inbox is delivered, and the message itself is not when it comes back', { timeout: 60_000 }, async (_, raw) => {
    await using world = await openWorld();
    world.copy(raw);
    expect(await world.take(1)).toHaveLength(1);
    await world.archived(1);
    world.copy(raw);
    expect(subjects(await world.take(1))).toEqual(['one']);
    await world.archived(2);
    const [first] = world.server.messages('Archive');
    world.server.move('Archive', [first!.uid], 'INBOX');
    await world.swept();
    expect(await world.take(1, { timeoutMs: 700 })).toEqual([]);
  });

  it('is not taken for another mail with its Message-ID that lies there', { timeout: 60_000 }, async () => {
    await using world = await openWorld();
    world.server.deliver(letter('another', { id: 'one@example.org' }), { folder: 'Archive', receivedAt: AT });
    world.copy(letter('one'));
    expect(await world.take(1)).toHaveLength(1);
    await world.archived(2);
    const [, own] = world.server.messages('Archive');
    world.server.move('Archive', [own!.uid], 'INBOX');
    await world.swept();
    expect(await world.take(1, { timeoutMs: 700 })).toEqual([]);
  });
});
