// Begins an update, says so, and never ends it.
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

const given = settings() as ChildSettings & { readonly key: string };
const store = await openChildStore(given);
setInterval(() => {}, 1000); // a promise that never settles keeps no process alive
await store.tokens.update(given.key, async () => {
  say('begun');
  return new Promise(() => {});
});
