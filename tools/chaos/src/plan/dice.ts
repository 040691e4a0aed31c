import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that is the same again for the same seed, on every machine. */
export interface Dice {
  /** In [0, 1). */
  readonly next: () => number;
  /** Both ends included. */
  readonly between: (from: number, to: number) => number;
  readonly one: <T>(of: readonly T[]) => T;
  /** By weight. */
  readonly weighted: <T>(of: readonly (readonly [weight: number, value: T])[]) => T;
  readonly chance: (probability: number) => boolean;
}

/** `stream` keeps the parts of a plan apart: more of one leaves the others as they were. */
export function rollDice(seed: number, stream: string): Dice {
  const generator = xoroshiro128plus(hash(`${seed}:${stream}`));
  const next = (): number => uniformFloat64(generator);
  const between = (from: number, to: number): number => uniformInt(generator, from, to);
  return {
    next,
    between,
    one: (of) => of[between(0, of.length - 1)]!,
    weighted(of) {
      let left = next() * of.reduce((sum, [weight]) => sum + weight, 0);
      return (of.find(([weight]) => (left -= weight) < 0) ?? of.at(-1)!)[1];
    },
    chance: (probability) => next() < probability,
  };
}

/** FNV-1a: seeds that are close to each other must not begin alike. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 0x01_00_01_93);
  return value | 0;
}
