export { type LocalCertificate, makeLocalCertificate } from './certificate.ts';
export { startEagerProxy } from './eager-proxy.ts';
export { freePort } from './free-port.ts';
export type { ImapFaults } from './imap-faults.ts';
export {
  type LocalDeliverOptions,
  type LocalImapMessage,
  type LocalImapOptions,
  type LocalImapServer,
  STANDARD_FOLDERS,
  startImapServer,
} from './imap-server.ts';
export { type LocalProxy, type LocalProxyOptions, startHttpProxy, startSocksProxy } from './proxies.ts';
export { openReverseProxy, type Passed, type ReverseProxy } from './reverse-proxy.ts';
export { type SilentServer, startSilentServer } from './silent-server.ts';
export type { SmtpFaults, SmtpStep } from './smtp-faults.ts';
export { type LocalSmtpAccount, type LocalSmtpMessage, type LocalSmtpOptions, type LocalSmtpServer, startSmtpServer } from './smtp-server.ts';
