// Writes until there is no room, and says what it was told then, and whether what was stored before is still there.
import { isMailError, secret } from '@signalbox/core';
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

const given = settings() as ChildSettings;
const store = await openChildStore(given);
let stored = 0;
let told: unknown;
try {
  for (; stored < 10_000; stored += 1) await store.tokens.write(`record ${stored}`, secret('x'.repeat(3000)));
} catch (error) {
  told = isMailError(error) ? { code: error.code, action: error.remedy?.action } : String(error);
}
await store[Symbol.asyncDispose]();

await using again = await openChildStore(given);
let kept = 0;
while ((await again.tokens.read(`record ${kept}`))?.reveal().length === 3000) kept += 1;
say(JSON.stringify({ told, enough: stored > 50, kept: kept === stored ? 'all' : `${kept} of ${stored}` }));
