import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSender } from './send-child.ts';
import { openTenantWorld, settled, tenantConfig } from './tenant-world.ts';

const mail = (subject: string) => ({ to: ['ada@example.org'], subject, text: 'Hello' });
/** Longer than a connection is kept unused, and than a lease lasts. */
const IDLE_MS = 31_000;

interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open. */
  readonly open: number;
  /** Takes connections from now on and says nothing. Resolves with the first of them. */
  shut(): Promise<void>;
}

/** A way to a server that lets through, until it is shut. */
async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const came = Promise.withResolvers<void>();
  let isShut = false;
  const gate = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (isShut) return came.resolve();
    const through = connect({ host: 'localhost', port });
    through.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => through.destroy()).pipe(through).pipe(socket);
  });
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  return {
    port: (gate.address() as AddressInfo).port,
    get open() {
      return sockets.size;
    },
    shut() {
      isShut = true;
      return came.promise;
    },
    async [Symbol.asyncDispose]() {
      gate.close();
      for (const socket of sockets) socket.destroy();
      await once(gate, 'close');
    },
  };
}

describe('a sender that is killed while it connects', { timeout: 120_000 }, () => {
  it('leaves the mail to be sent, also where nothing could prove what became of it', async () => {
    await using world = await openTenantWorld();
    const { tenant, place, sending } = world;
    const { url, secret } = tenant.doors.control!;
    const smtp = tenant.doors.smtp!.port;
    await using gate = await openGate(smtp);
    await using sender = startSender({ place, config: tenantConfig(tenant).replace(`port: ${smtp}`, `port: ${gate.port}`), control: { url, secret, ca: tenant.certificates.ca } });
    const first = await sending.send('blind', mail('first'));
    await expect.poll(async () => (await sending.get(first.id))?.state, { timeout: 30_000 }).toBe('sent');
    tenant.clock.jump(IDLE_MS);
    await expect.poll(() => gate.open, { timeout: 30_000 }).toBe(0);
    const held = gate.shut();
    const second = await sending.send('blind', mail('second'));
    await held;
    await sender.kill();
    tenant.clock.jump(IDLE_MS);
    await using _ = world.run();
    expect(await settled(world, [second.id])).toEqual({ sent: 1 });
    expect(world.left('second')).toBe(1);
  });
});
