import type { NetworkSettings } from '@signalbox/core';
import type { Config, MailboxConfig } from '../config/config.ts';

type Organisation = Pick<Config, 'network'>;
type Overlay = Pick<MailboxConfig, 'network'>;

export type ChooseNetwork = (mailbox: Overlay, host: string | undefined, serverCa: readonly string[]) => NetworkSettings;

/** The organisation's network, overlaid by the mailbox's, with the server's own CAs, and the proxy only where it applies. The same object wherever it is the same: what is made of it is then made once. */
export function createNetworkChooser(config: Organisation): ChooseNetwork {
  const chosen: NetworkSettings[] = [];
  return (mailbox, host, serverCa) => {
    const network = networkFor(config, mailbox, host, serverCa);
    const known = chosen.find((one) => isSame(one, network));
    if (!known) chosen.push(network);
    return known ?? network;
  };
}

const isSame = (a: NetworkSettings, b: NetworkSettings): boolean =>
  a.proxy === b.proxy && a.clientCertificate === b.clientCertificate && (a.ca ?? []).length === (b.ca ?? []).length && (a.ca ?? []).every((pem, index) => pem === b.ca?.[index]);

function networkFor(config: Organisation, mailbox: Overlay, host: string | undefined, serverCa: readonly string[]): NetworkSettings {
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
