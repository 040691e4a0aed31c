/** Chance that comes again with its seed (mulberry32). */
export interface Dice {
  /** From 0 on, below 1. */
  roll(): number;
  /** Both ends may come. */
  between(from: number, to: number): number;
  one<T>(of: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(roll() * (to - from + 1));
  return {
    roll,
    between,
    one(of) {
      const picked = of[between(0, of.length - 1)];
      if (picked === undefined) throw new Error('Nothing to choose from.');
      return picked;
    },
  };
}
