import { createHmac, randomBytes } from 'node:crypto';
import { isSecret } from '../config/secret-fields.ts';

/** Two values have the same fingerprint when they are the same settings, secrets included. */
export type Fingerprinter = (value: unknown) => string;

/**
 * Secrets are compared without being kept: they go straight into a digest under a key that lives and dies with this function,
 * so that a fingerprint tells nothing, not even to someone who guesses.
 */
export function createFingerprinter(): Fingerprinter {
  const key = randomBytes(32);
  const identities = new WeakMap<object, number>();
  let last = 0;
  const identify = (value: object): number => {
    const known = identities.get(value);
    if (known !== undefined) return known;
    last += 1;
    identities.set(value, last);
    return last;
  };
  const digest = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');

  const write = (value: unknown): string => {
    if (typeof value === 'function') return `identity:${identify(value)}`;
    if (typeof value !== 'object' || value === null) return `${typeof value}:${typeof value === 'symbol' ? value.toString() : JSON.stringify(String(value))}`;
    if (isSecret(value)) return `secret:${digest(value.reveal())}`;
    if (Array.isArray(value)) return `[${value.map(write).join()}]`;
    if (value instanceof Date) return `date:${value.getTime()}`;
    if (!isPlain(value)) return `identity:${identify(value)}`;
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => `${JSON.stringify(name)}:${write(entry)}`).join()}}`;
  };
  return (value) => digest(write(value));
}

/** Anything with a class of its own is equal only to itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
