// Opens the store as a router, says so, and stays until it is killed.
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

await openChildStore({ ...(settings() as ChildSettings), role: 'router' });
say(String(process.pid));
setInterval(() => {}, 1000);
