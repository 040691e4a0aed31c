import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';
import { secureContextFor } from '@signalbox/kit';
import type { SmtpConfig } from '../config.ts';

/** Certificates are always verified: what is private is added to what the system trusts. */
export function tlsOptionsFor({ host, servername, ca }: SmtpConfig, network: NetworkSettings): ConnectionOptions {
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  const secureContext = secureContextFor(network, ca);
  return {
    host, // what the certificate is checked against where there is no server name, as with a bare address
    rejectUnauthorized: true,
    ...(name !== undefined && { servername: name }),
    ...(secureContext && { secureContext }),
  };
}
