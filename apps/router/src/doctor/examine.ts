import type { ConfigProblem, Connections, Diagnosis, Direction, MailboxRoutes } from '@signalbox/router';

/** What became of one direction of a mailbox. */
export type Examined =
  /** It is not meant to be used. */
  | { readonly state: 'off' }
  /** The configuration gives it no route; nothing was tried. */
  | { readonly state: 'broken'; readonly problems: readonly ConfigProblem[] }
  | { readonly state: 'examined'; readonly diagnosis: Diagnosis };

export interface Examination {
  readonly routes: MailboxRoutes;
  readonly receive: Examined;
  readonly send: Examined;
}

/** Sends, marks and moves nothing. Throws only when `signal` aborts. */
export async function examine(connections: Connections, routes: MailboxRoutes, limitMs: number, signal: AbortSignal): Promise<Examination> {
  const look = async (direction: Direction): Promise<Examined> => {
    if (!routes.wanted.includes(direction)) return { state: 'off' };
    if (!routes[direction]) return { state: 'broken', problems: routes.problems };
    return { state: 'examined', diagnosis: await connections.diagnose(routes.mailbox.id, direction, { signal, limitMs, folders: routes.mailbox.folders }) };
  };
  const receive = await look('receive');
  return { routes, receive, send: await look('send') };
}

export type Verdict = 'pass' | 'warning' | 'fail' | 'off';

export function verdictOf(examined: Examined): Verdict {
  if (examined.state !== 'examined') return examined.state === 'off' ? 'off' : 'fail';
  const states = examined.diagnosis.rows.map(({ status }) => status);
  if (states.includes('fail')) return 'fail';
  return states.includes('warning') ? 'warning' : 'pass';
}
