import { hidden, html, page } from './html.ts';

/** What a browser gets. */
export type Answer = { readonly kind: 'redirect'; readonly location: string } | { readonly kind: 'page'; readonly html: string; readonly status?: number };

export type ResponseMode = 'query' | 'fragment' | 'form_post';

/** Sends the browser back to the app with what it asked for, or why not. */
export function sendBack(redirectUri: string, mode: ResponseMode, parameters: Readonly<Record<string, string | undefined>>): Answer {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (mode === 'form_post') return { kind: 'page', html: formPost(redirectUri, Object.fromEntries(given)) };
  const text = new URLSearchParams(given).toString();
  if (mode === 'fragment') return { kind: 'redirect', location: `${redirectUri}#${text}` };
  return { kind: 'redirect', location: `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${text}` };
}

/** OAuth 2.0 Form Post Response Mode. The script only spares a click. */
const formPost = (action: string, fields: Readonly<Record<string, string>>): string =>
  page(
    'Working…',
    'Signing in',
    html`<h1>Back to the application</h1><form method="post" action="${action}">${hidden(fields)}<div class="actions"><button type="submit">Continue</button></div></form><script>document.forms[0].submit()</script>`,
  );
