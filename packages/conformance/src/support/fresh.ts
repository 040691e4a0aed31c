import type { CaseLimits } from '../limits.ts';
import type { World } from '../world.ts';
import { letter } from './sending.ts';
import { folderOf, receiveOf, sendOf } from './parts.ts';
import { within } from './within.ts';

/** Does the smallest piece of real work the transport can do: reads, or else sends. */
export async function work(world: World, limits: CaseLimits): Promise<void> {
  const { transport } = world;
  if (transport.receive) await within(limits.settleMs, folderOf(transport).then((folder) => receiveOf(transport).unread(folder)), 'counting unread messages');
  else await within(limits.settleMs, sendOf(transport).dispatch(letter(world).submission), 'sending a message');
}

/** Makes the transport sign in anew for what comes next, where connections outlive a call. */
export const cutConnections = async ({ faults }: World): Promise<void> => faults.dropConnections?.();
