import type { Options } from '../config/config.ts';
import type { ConfigPath } from '../config/positions.ts';

/** Settings and where they stand; `path` is absent for what the application presets. */
export interface Layer {
  readonly path?: ConfigPath;
  readonly values: Options | undefined;
}

/** Settings laid one over the other, that still know where each of them came from. */
export interface Layered {
  readonly values: Options;
  /** Where a setting stands, or would be looked for. */
  pathOf(setting: readonly PropertyKey[]): ConfigPath;
}

/** Later layers win, key by key. A setting that none has is looked for at `home`. */
export function overlay(layers: readonly Layer[], home: ConfigPath): Layered {
  const given = layers.filter((layer) => layer.values !== undefined);
  return {
    values: Object.assign({}, ...given.map((layer) => layer.values)) as Options,
    pathOf(setting) {
      const steps = setting.filter((step) => typeof step !== 'symbol');
      const [first] = steps;
      if (first === undefined) return home;
      const owner = given.findLast((layer) => layer.values && Object.hasOwn(layer.values, first));
      return [...(owner ? (owner.path ?? home) : home), ...steps];
    },
  };
}

/** An entry that the map really has: names come from people, and `constructor` is one. */
export const own = <Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);
