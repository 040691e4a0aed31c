import type { AppRegistration, RedirectUri } from '../../directory/app.ts';
import { EntraError } from '../error.ts';

/** The registered redirect URI that a request means, as the request spells it. Throws AADSTS50011 and 900971. */
export function findRedirect(app: AppRegistration, uri: string | undefined): RedirectUri {
  const [only, ...others] = app.redirectUris;
  if (uri === undefined) {
    if (!only || others.length > 0) throw new EntraError(900971);
    return only;
  }
  const found = app.redirectUris.find((registered) => registered.uri === uri) ?? app.redirectUris.find((registered) => registered.platform === 'native' && isSameLoopback(registered.uri, uri));
  if (!found) throw new EntraError(50011, { values: { redirect: uri, client: app.clientId } });
  return { platform: found.platform, uri };
}

/** A native app listens on whatever port is free (RFC 8252 §7.3). */
function isSameLoopback(registered: string, uri: string): boolean {
  const [one, other] = [registered, uri].map((text) => (URL.canParse(text) ? new URL(text) : undefined));
  if (!one || !other || !['localhost', '127.0.0.1'].includes(one.hostname)) return false;
  return one.protocol === other.protocol && one.hostname === other.hostname && one.pathname === other.pathname && one.search === other.search;
}
