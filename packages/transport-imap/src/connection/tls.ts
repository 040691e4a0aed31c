import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';
import type { ImapConfig } from '../config.ts';

/** Absent where the system's own authorities suffice; then all connections of the process share Node's default. */
export function secureContextFor(config: Pick<ImapConfig, 'ca'>, network: NetworkSettings): SecureContext | undefined {
  const extra = [...(network.ca ?? []), ...[config.ca ?? []].flat()];
  const { clientCertificate } = network;
  if (extra.length === 0 && !clientCertificate) return undefined;
  return createSecureContext({
    ...(extra.length > 0 && { ca: [...getCACertificates('default'), ...extra] }),
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key.reveal() }),
  });
}
