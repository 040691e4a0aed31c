import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';

/** A pure function's answers, kept for as long as a host keeps the settings that it hands in. */
const made = new WeakMap<NetworkSettings, Map<string, SecureContext>>();

/**
 * What TLS trusts, and shows of itself: what is private is added to what the system trusts. The same one for all who are handed the same settings:
 * one takes ten milliseconds and a megabyte, and a host has thousands of mailboxes. Absent where the system's own authorities suffice;
 * then all connections of the process share Node's default.
 * `ca`: PEM certificates of a server's own.
 */
export function secureContextFor(network: NetworkSettings, ca: string | readonly string[] = []): SecureContext | undefined {
  const extra = [...(network.ca ?? []), ...[ca].flat()];
  const { clientCertificate } = network;
  if (extra.length === 0 && !clientCertificate) return undefined;
  const contexts = made.get(network) ?? new Map<string, SecureContext>();
  made.set(network, contexts);
  const key = extra.join('\n');
  const context =
    contexts.get(key) ??
    createSecureContext({
      ...(extra.length > 0 && { ca: [...getCACertificates('default'), ...extra] }),
      ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key.reveal() }),
    });
  contexts.set(key, context);
  return context;
}
