import { createHash } from 'node:crypto';
import { type ConfigPath, formatPath } from '../config/positions.ts';
import { mayBeShown } from '../config/secret-fields.ts';
import type { DeployedSettings, DeployedValue } from './deployed.ts';

/** Every leaf of a tree under its path. References stand as they are written; what may not be shown is known by a digest alone. */
export function flatten(tree: unknown, path: ConfigPath = []): DeployedSettings {
  const leaves: Record<string, DeployedValue> = {};
  collect(tree, path, leaves);
  return leaves;
}

function collect(value: unknown, path: ConfigPath, leaves: Record<string, DeployedValue>): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null) {
    leaves[formatPath(path)] = toValue(value, path);
    return;
  }
  const steps = Array.isArray(value) ? value.map((item: unknown, index): readonly [number, unknown] => [index, item]) : Object.entries(value);
  for (const [step, item] of steps) collect(item, [...path, step], leaves);
}

const REFERENCE = /^\$\{(?:env|file):[^}]+\}$/;

function toValue(value: unknown, path: ConfigPath): DeployedValue {
  const shown = mayBeShown(path) || (typeof value === 'string' && REFERENCE.test(value));
  if (shown && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)) return value;
  return { hidden: createHash('sha256').update(JSON.stringify([path, String(value)])).digest('base64url') };
}

export const isHidden = (value: DeployedValue | undefined): value is { readonly hidden: string } => typeof value === 'object' && value !== null;

export const sameValue = (a: DeployedValue | undefined, b: DeployedValue | undefined): boolean => (isHidden(a) && isHidden(b) ? a.hidden === b.hidden : a === b);
