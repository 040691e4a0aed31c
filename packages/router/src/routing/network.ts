import type { NetworkSettings } from '@signalbox/core';
import type { Config, MailboxConfig } from '../config/config.ts';

/** The organisation's network, overlaid by the mailbox's, with the server's own CAs, and the proxy only where it applies. */
export function networkFor(config: Config, mailbox: MailboxConfig, host: string | undefined, serverCa: readonly string[]): NetworkSettings {
  const { proxy, direct, noProxy, ca: networkCa = [], clientCertificate } = { ...config.network, ...mailbox.network };
  const ca = [...new Set([...networkCa, ...serverCa])];
  const proxied = proxy !== undefined && !direct && !(host !== undefined && isReachedDirectly(host, noProxy));
  return {
    ...(ca.length > 0 && { ca }),
    ...(proxied && { proxy }),
    ...(clientCertificate && { clientCertificate }),
  };
}

/** As curl reads NO_PROXY: `*`, a host, or a domain with all below it; a leading dot or `*.` changes nothing; a port is ignored. */
export function isReachedDirectly(host: string, noProxy: readonly string[]): boolean {
  const wanted = host.toLowerCase().replace(/^\[|\]$/g, '');
  return noProxy.some((entry) => {
    const name = entry.toLowerCase().replace(/^\*?\./, '').replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([^:]*):\d+$/, '$1');
    return name === '*' || (name !== '' && (wanted === name || wanted.endsWith(`.${name}`)));
  });
}
