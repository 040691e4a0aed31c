import { hash, randomBytes } from 'node:crypto';

/** Which keys a listing has shown. */
export interface Listed {
  add(key: string): void;
  /** `true` of every key that was shown, and by chance of a few in a hundred that were not. */
  has(key: string): boolean;
}

interface Layer {
  readonly bits: Uint8Array;
  left: number;
}

/** Five bits of ten for each key: one in a hundred is taken for another (https://doi.org/10.1145/362686.362692). */
const [BITS_EACH, FIRST, GROWTH] = [10, 4_096, 4];

/**
 * A folder may hold a million messages, of which a set would take a hundred megabytes: this takes two. Each has a seed of its own, so that a key
 * which is taken for another now is told apart the next time.
 */
export function createListed(): Listed {
  const seed = randomBytes(8).toString('base64');
  const layers: Layer[] = [];
  const grow = (keys: number): Layer => {
    const layer = { bits: new Uint8Array((keys * BITS_EACH) / 8), left: keys };
    layers.push(layer);
    return layer;
  };
  // A digest of SHA-1 is five numbers of 32 bits; nobody gains anything by keys that collide.
  const placesOf = (key: string): readonly number[] => {
    const digest = hash('sha1', seed + key, 'buffer');
    return [0, 4, 8, 12, 16].map((at) => digest.readUInt32LE(at));
  };
  const isIn = ({ bits }: Layer, places: readonly number[]): boolean => places.every((place) => ((bits[(place >>> 3) % bits.length] ?? 0) & (1 << (place & 7))) !== 0);
  return {
    add(key) {
      const places = placesOf(key);
      if (layers.some((layer) => isIn(layer, places))) return;
      const last = layers.at(-1);
      const layer = last && last.left > 0 ? last : grow(last ? (last.bits.length * 8 * GROWTH) / BITS_EACH : FIRST);
      for (const place of places) layer.bits[(place >>> 3) % layer.bits.length]! |= 1 << (place & 7);
      layer.left -= 1;
    },
    has(key) {
      const places = placesOf(key);
      return layers.some((layer) => isIn(layer, places));
    },
  };
}
