// Runs in an empty project that has our tarballs installed: every package must load from what was built, not from sources.
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const ours = Object.keys(dependencies).filter((name) => name === 'signalbox' || name.startsWith('@signalbox/'));
for (const name of ours) {
  const location = import.meta.resolve(name);
  if (!location.includes('/dist/')) throw new Error(`${name} resolves to ${location}.`);
  const loaded = await import(name);
  const isPlugin = /\/(?:transport|auth)-/.test(name);
  if (isPlugin && loaded.plugin?.name === undefined) throw new Error(`${name} exports no plugin.`);
  if (name === '@signalbox/core' && typeof loaded.isMailError !== 'function') throw new Error('core exports no isMailError.');
}
console.log(`${ours.length} packages load from their built output.`);
