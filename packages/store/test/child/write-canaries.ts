// Writes what must not be readable, says so, and waits to be killed.
import { secret } from '@signalbox/core';
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

const given = settings() as ChildSettings & { readonly canaries: readonly string[] };
const { tokens } = await openChildStore(given);
for (const [index, value] of given.canaries.entries()) await tokens.write(`child ${index}`, secret(value));
setInterval(() => {}, 1000);
void tokens.update('child', async () => {
  say('written');
  return new Promise(() => {});
});
