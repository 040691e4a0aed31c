import { hostname, userInfo } from 'node:os';
import { type Candidate, createDeployments, type Deployments, describeDeployment, type PlanKnowledge } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { Session } from './session.ts';

export const deploymentsOf = (store: Store): Deployments => createDeployments(store);

/** The configuration of a session as something that can be deployed. */
export const candidateOf = ({ config, routes, text }: Session): Candidate => ({ file: config.file, text, deployed: describeDeployment({ config, routes, text }) });

/** What the store knows of the mailboxes: whether something was received, and through which door last. */
export async function knowledgeOf(store: Store, { deployed }: Candidate): Promise<PlanKnowledge> {
  const inForce = await deploymentsOf(store).current();
  const ids = new Set([...deployed.mailboxes, ...(inForce?.deployed.mailboxes ?? [])].map(({ id }) => id));
  const live = new Set<string>();
  const doors = new Map<string, readonly string[]>();
  for (const id of ids) {
    const cursors = await store.ledger.cursors(id);
    const last = cursors.toSorted((a, b) => b.sweptAt - a.sweptAt)[0];
    if (!last) continue;
    live.add(id);
    doors.set(id, [last.door]); // an older one may be another mailbox's by now
  }
  return { live, doors };
}

/** Opens what would be read for the first time, and asks which door it is. Throws what plugins throw. */
export async function probeDoors({ connections }: Session, ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
  const doors = new Map<string, readonly string[]>();
  for (const id of ids) {
    const { receive } = await connections.open(id, 'receive', { signal });
    if (receive) doors.set(id, [receive.refSpace]);
  }
  return doors;
}

/** Who deploys, as far as the system knows. */
export function currentUser(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`; // a container may run under a number that no account has
  }
}
