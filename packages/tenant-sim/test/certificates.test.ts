import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createCertificates } from '../src/certificates.ts';

describe("the tenant's certificates", () => {
  it.each(['localhost', '127.0.0.1', 'login.contoso.test'])('let a client that trusts the authority, and no other, in at %s', async (host) => {
    const { ca, certificate, key } = await createCertificates(['login.contoso.test']);
    const server = createServer({ cert: certificate, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const options = { port, host: '127.0.0.1', ...(host !== '127.0.0.1' && { servername: host }) };
    const trusting = connect({ ...options, ca });
    await once(trusting, 'secureConnect');
    expect(trusting.authorized).toBe(true);
    trusting.destroy();
    const refusing = connect(options);
    await expect(once(refusing, 'secureConnect')).rejects.toThrow(/certificate/);
    server.close();
  });
});
