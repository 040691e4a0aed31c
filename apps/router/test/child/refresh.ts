// Renews the token of somebody who signed in, one time after the other, until it is killed. Notes what the tenant answers before the
// provider sees it, and says of each token when it has been handed out.
import { appendFileSync, writeSync } from 'node:fs';
import { plugin } from '@signalbox/auth-entra';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';
import { trustingFetch } from '@signalbox/tenant-sim';
import { IMAP, SALES } from '../entra-tenant.ts';
import { noteOf, type RefreshSettings } from '../refresh-notes.ts';

const given = JSON.parse(process.argv[2] ?? '{}') as RefreshSettings;
const trusted = trustingFetch(given.ca);
const noting = (async (...args: Parameters<typeof fetch>) => {
  const response = await trusted.fetch(...args);
  if (!response.ok) return response;
  const text = await response.text();
  const note = noteOf(text);
  if (note) appendFileSync(given.journal, `${note}\n`);
  return new Response(text, { status: response.status, headers: response.headers });
}) as typeof fetch;

// A clock that stands in the future by as much as has been lived through: each token is over when the next one is asked for.
let ahead = given.aheadMs;
const clock = { now: () => new Date(Date.now() + ahead), sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal) };
const store = await openStore({ directory: given.directory, clock: systemClock, leaseMs: given.leaseMs });
const validated = await plugin.config['~standard'].validate(given.config);
if (validated.issues) throw new Error(JSON.stringify(validated.issues));
const provider = await plugin.open({ config: validated.value, clock, log: { log() {} }, fetch: noting, network: {}, tokens: store.tokens });
const source = provider.credentialsFor(SALES);
for (;;) {
  const credential = await source.getCredential({ accept: ['bearer'], scopes: [IMAP] });
  if (credential.kind !== 'bearer') throw new Error('A token was asked for.');
  writeSync(1, `${JSON.stringify({ token: noteOf(JSON.stringify({ access_token: credential.token.reveal() })), aheadMs: ahead })}\n`);
  ahead += (credential.expiresAt?.getTime() ?? 0) - clock.now().getTime() + 1000;
}
