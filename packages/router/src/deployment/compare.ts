import type { Direction } from '../routing/flow.ts';
import type { DeployedChange, DeployedMailbox, DeployedSettings, DeployedSide } from './deployed.ts';
import { isHidden, sameValue } from './settings.ts';

const DIRECTIONS: readonly Direction[] = ['receive', 'send'];

/** What is different about a mailbox, the weightiest first. */
export const compareMailboxes = (before: DeployedMailbox, after: DeployedMailbox): readonly DeployedChange[] => [
  ...(before.address === after.address ? [] : [{ what: 'address', before: before.address, after: after.address } as const]),
  ...DIRECTIONS.flatMap((direction) => compareSides(direction, before[direction], after[direction], before.address === after.address)),
  ...compareSettings(before.settings, after.settings),
];

function compareSides(direction: Direction, before: DeployedSide | undefined, after: DeployedSide | undefined, sameAddress: boolean): readonly DeployedChange[] {
  if (!before && !after) return [];
  const was = before && flowText(before);
  const is = after && flowText(after);
  if (!before || !after || was !== is) return [change('flow', direction, was, is)];
  const changes: DeployedChange[] = [];
  const [serverBefore, serverAfter] = [serverText(before), serverText(after)];
  if (serverBefore !== serverAfter) changes.push(change('server', direction, serverBefore, serverAfter));
  // A name that is the address follows it, which is no change of its own.
  if (before.username !== after.username && sameAddress) changes.push(change('username', direction, before.username, after.username));
  return changes;
}

const change = (what: 'flow' | 'server' | 'username', direction: Direction, before: string | undefined, after: string | undefined): DeployedChange => ({
  what,
  direction,
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
});

/** The flow and what it stands for: one of the same name may have been defined anew. */
export const flowText = ({ flow, transport, auth }: DeployedSide): string => `${flow} (${transport === undefined ? 'broken' : auth === undefined ? transport : `${transport} with ${auth}`})`;

export const serverText = ({ host, port, tls }: DeployedSide): string | undefined =>
  host === undefined ? undefined : `${host.toLowerCase()}${port === undefined ? '' : `:${port}`}${tls === undefined ? '' : ` ${tls}`}`;

/** By path, in the order of the alphabet. What may not be shown is only said to be different. */
export function compareSettings(before: DeployedSettings, after: DeployedSettings): readonly DeployedChange[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return paths.flatMap((path): readonly DeployedChange[] => {
    const [was, is] = [before[path], after[path]];
    if (sameValue(was, is)) return [];
    return [{ what: 'setting', path, ...(was !== undefined && !isHidden(was) && { before: was }), ...(is !== undefined && !isHidden(is) && { after: is }) }];
  });
}
