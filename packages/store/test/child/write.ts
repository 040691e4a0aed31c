// Writes one record after the other, and says of each when the store has answered, until it is killed.
import { secret } from '@signalbox/core';
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

const given = settings() as ChildSettings & { readonly keys: number; readonly from: number };
const { tokens } = await openChildStore(given);
for (let count = given.from; ; count += 1) {
  const key = `record ${count % given.keys}`;
  const value = secret(`${count} ${'x'.repeat(count % 7000)} ${count}`); // some larger than a page of the database
  // An update and a write by turns: both are promises kept.
  if (count % 2 === 0) await tokens.write(key, value);
  else await tokens.update(key, async () => value);
  say(String(count));
}
