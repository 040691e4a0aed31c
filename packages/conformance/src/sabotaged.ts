import type { Saboteur } from './saboteurs/saboteur.ts';
import type { OpenWorld, World } from './world.ts';

/** The same world with its transports in the hands of a saboteur. Disposing of either disposes of both. */
export function sabotageWorld(world: World, saboteur: Saboteur): World {
  const open = (): Promise<World['transport']> => world.reopen();
  return {
    ...world,
    transport: saboteur.sabotage?.(world.transport, world) ?? world.transport,
    async reopen() {
      const opened = await (saboteur.sabotageOpen?.(open, world) ?? open());
      return saboteur.sabotage?.(opened, world) ?? opened;
    },
    ...(world.plugin && { plugin: saboteur.sabotagePlugin?.(world.plugin) ?? world.plugin }),
    ...(world.logged && { logged: () => [...(world.logged?.() ?? []), ...(saboteur.logs?.(world) ?? [])] }),
    [Symbol.asyncDispose]: () => Promise.resolve(world[Symbol.asyncDispose]()),
  };
}

/** Opens worlds that a saboteur has been to. */
export const sabotaged =
  (openWorld: OpenWorld, saboteur: Saboteur): OpenWorld =>
  async () =>
    sabotageWorld(await openWorld(), saboteur);
