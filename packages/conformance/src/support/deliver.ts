import { message } from '../messages/build.ts';
import type { DeliverOptions, World } from '../world.ts';
import { doorOf } from './parts.ts';

/** Puts simple messages into the mailbox, in this order. */
export async function deliver(world: World, ...subjects: readonly string[]): Promise<void> {
  for (const subject of subjects) await doorOf(world, 'deliver')(message({ subject }));
}

/** Puts one message built elsewhere into the mailbox. */
export const deliverRaw = (world: World, raw: Uint8Array, options?: DeliverOptions): Promise<void> => doorOf(world, 'deliver')(raw, options);

/** Puts one simple message into the mailbox, with what the server shall know about it. */
export const deliverAs = (world: World, subject: string, options: DeliverOptions): Promise<void> => deliverRaw(world, message({ subject }), options);
