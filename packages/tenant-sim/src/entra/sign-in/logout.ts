import type { EntraContext } from '../context.ts';
import type { Form } from '../form.ts';
import { type Answer, sendBack } from './answer.ts';
import { messagePage } from './pages.ts';
import type { BrowserSession } from './sessions.ts';

/** Ends the browser's session (OpenID Connect RP-Initiated Logout). Tokens live on. Only an address that an app registered is gone back to. */
export function logOut({ directory, sessions }: EntraContext, form: Form, session: BrowserSession): Answer {
  sessions.end(session);
  const target = form['post_logout_redirect_uri'];
  const isRegistered = directory.apps().some(({ redirectUris }) => redirectUris.some(({ uri }) => uri === target));
  if (target !== undefined && isRegistered) return sendBack(target, 'query', { state: form['state'] });
  return { kind: 'page', html: messagePage(directory.tenant.displayName, 'You signed out of your account', 'It is a good idea to close all browser windows.') };
}
