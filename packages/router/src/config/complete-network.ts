import { isProxyUrl } from '@signalbox/kit';
import type { ProblemCollector } from './collector.ts';
import { asList } from './complete-servers.ts';
import type { NetworkConfig } from './config.ts';
import type { Redactor } from './redactor.ts';
import type { FileConfig } from './schema.ts';

type FileNetwork = FileConfig['network'];

/** The organisation's: what the file says, otherwise what the environment says. */
export function completeNetwork(
  network: FileNetwork,
  env: Readonly<Record<string, string | undefined>>,
  report: ProblemCollector,
  redactor: Redactor,
): NetworkConfig {
  const own = partialNetwork(network, redactor);
  const variable = ['HTTPS_PROXY', 'https_proxy'].find((name) => env[name]);
  const noProxy = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  const result = { noProxy, direct: false, ...own };
  if (result.direct || result.proxy !== undefined || variable === undefined) return result;
  const proxy = env[variable] ?? '';
  if (!isProxyUrl(proxy)) {
    report.error(['network', 'proxy'], `The environment variable ${variable} holds no address of a proxy.`, `Set ${variable} to http://host:port or socks5://host:port, or set network.proxy: direct.`);
    return result;
  }
  hidePassword(proxy, redactor);
  return { ...result, proxy };
}

/** What one mailbox says of its own; it overlays the organisation's. */
export function partialNetwork(network: FileNetwork, redactor: Redactor): Partial<NetworkConfig> {
  const { proxy, noProxy, ca, clientCertificate } = network ?? {};
  if (proxy !== undefined) hidePassword(proxy, redactor);
  return {
    ...(proxy !== undefined && (proxy === 'direct' ? { direct: true } : { proxy, direct: false })),
    ...(noProxy && { noProxy }),
    ...(ca !== undefined && { ca: asList(ca) }),
    ...(clientCertificate && { clientCertificate }),
  };
}

function hidePassword(proxy: string, redactor: Redactor): void {
  const password = URL.canParse(proxy) ? new URL(proxy).password : '';
  if (password === '') return;
  redactor.hide(password, '[secret]');
  redactor.hide(proxy, '[proxy]');
}
