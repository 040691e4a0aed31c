import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type EndpointFault = '429' | '500' | 'hang' | 'drop' | 'garbage';

/** What goes wrong at the OAuth server. `{}` heals everything. */
export interface OAuthFaults {
  /** Asked by Dovecot at each login with a token. */
  readonly introspect?: EndpointFault;
  /** Asked by clients for a token. */
  readonly token?: EndpointFault;
  readonly delayMs?: number;
}

/** Applies the fault; true when the request has been dealt with by that. */
export async function applyFault(faults: OAuthFaults, endpoint: 'introspect' | 'token', response: ServerResponse): Promise<boolean> {
  if (faults.delayMs !== undefined) await sleep(faults.delayMs);
  const fault = faults[endpoint];
  if (fault === undefined) return false;
  if (fault === 'drop') response.destroy();
  if (fault === 'garbage') response.writeHead(200, { 'content-type': 'application/json' }).end('<html>not json');
  if (fault === '500') json(response, 500, { error: 'server_error' });
  if (fault === '429') json(response, 429, { error: 'temporarily_unavailable' }, { 'retry-after': '3' });
  // `hang` answers nothing; the server's close() drops the connection.
  return true;
}

export function json(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers }).end(body);
}
