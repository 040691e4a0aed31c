import { readFileSync } from 'node:fs';

/** The flags that the `signalbox` command gives to Node: what is measured is what runs, and either side runs with them. */
export const NODE_FLAGS = nodeFlagsOf(readFileSync(new URL('bin/signalbox.js', import.meta.resolve('signalbox/package.json')), 'utf8'));

/** Those of a script's first line. */
export function nodeFlagsOf(script: string): readonly string[] {
  return /^#!\/usr\/bin\/env -S node (.*)$/m.exec(script)?.[1]?.split(' ') ?? [];
}
