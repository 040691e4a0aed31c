// Renews a token at a token service, as a provider does: once the parent lets all of them go at the same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { secret } from '@signalbox/core';
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';

const given = settings() as ChildSettings & { readonly service: string; readonly startAt: number };
await using store = await openChildStore(given);
say('ready');
await sleep(given.startAt - Date.now());
const renewed = await store.tokens.update('token', async (current) => {
  if (current?.reveal().startsWith('fresh')) return current;
  const response = await fetch(given.service, { method: 'POST', body: current?.reveal() ?? '' });
  return secret(await response.text());
});
say(renewed?.reveal() ?? 'nothing');
