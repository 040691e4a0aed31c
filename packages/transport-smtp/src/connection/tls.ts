import { isIP } from 'node:net';
import { type ConnectionOptions, createSecureContext, getCACertificates } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';
import type { SmtpConfig } from '../config.ts';

/**
 * Certificates are always verified: what is private is added to what the system trusts.
 * Made once per transport, because reading all authorities anew for each connection costs more than the handshake.
 */
export function tlsOptionsFor({ host, servername, ca }: SmtpConfig, network: NetworkSettings): ConnectionOptions {
  const extra = [...(network.ca ?? []), ...[ca ?? []].flat()];
  const { clientCertificate } = network;
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  return {
    host, // what the certificate is checked against where there is no server name, as with a bare address
    rejectUnauthorized: true,
    ...(name !== undefined && { servername: name }),
    ...((extra.length > 0 || clientCertificate) && {
      secureContext: createSecureContext({
        ...(extra.length > 0 && { ca: [...getCACertificates('default'), ...extra] }),
        ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key.reveal() }),
      }),
    }),
  };
}
