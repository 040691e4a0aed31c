import type { ImapFlow } from 'imapflow';
import type { ImapConfig } from '../config.ts';

/** The mechanisms that a choice rules out, so that imapflow, which takes the first it knows, is left with the one wanted. */
const RULED_OUT: Readonly<Record<ImapConfig['authMechanism'], readonly string[]>> = {
  auto: [],
  xoauth2: ['AUTH=OAUTHBEARER'],
  oauthbearer: ['AUTH=XOAUTH2', 'AUTH=XOAUTH'],
  plain: [],
  login: [],
};

/**
 * Makes the client blind to some capabilities, whenever the server tells them: before and after TLS, before and after signing in.
 * imapflow assigns a new map each time, so an accessor on the instance sees all of them.
 */
export function hideCapabilities(client: ImapFlow, config: Pick<ImapConfig, 'ignoreCapabilities' | 'authMechanism'>): void {
  const hidden = new Set([...config.ignoreCapabilities, ...RULED_OUT[config.authMechanism]].map((name) => name.toUpperCase()));
  if (hidden.size === 0) return;
  let capabilities = new Map<string, boolean | number>();
  Object.defineProperty(client, 'capabilities', {
    configurable: true,
    enumerable: true,
    get: () => capabilities,
    set(offered: Map<string, boolean | number>) {
      capabilities = new Map([...offered].filter(([name]) => !hidden.has(name.toUpperCase())));
    },
  });
}
