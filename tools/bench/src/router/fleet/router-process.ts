import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import type { Logger, LogLevel } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { createRouter, type Router } from '@signalbox/router';
import { openStore } from '@signalbox/store';
import { flows, openSession } from 'signalbox';
import { residentMemory } from '../../child/memory.ts';
import { startProfile } from '../../child/profile.ts';
import { answerCalls } from '../answer-calls.ts';
import { Arrivals } from '../child/arrivals.ts';
import { addressOf, type FleetCalls, type FleetSettings, type FleetState, PLACE } from './calls.ts';

// One router for all of them, as the `signalbox` command makes it.

const stack = new AsyncDisposableStack();
const arrivals = new Arrivals();
const warnings: Record<string, number> = {};
let router: Router | undefined;
let stopProfile: (() => Promise<void>) | undefined;

const configurationOf = ({ tenant, mailboxes, sweepMs }: FleetSettings): string =>
  [
    'version: 1',
    'organization: bench',
    'network: { ca: ca.pem }',
    `entra: { tenant: ${tenant.domain}, clientId: ${tenant.clientId}, clientSecret: '\${env:SECRET}', authority: '${tenant.authority}' }`,
    `servers: { graph: { baseUrl: '${tenant.baseUrl}', pollIntervalMs: ${sweepMs} } }`,
    'mailboxes:',
    ...Array.from({ length: mailboxes }, (_, index) => `  - { id: m${index + 1}, address: ${addressOf(index + 1)}, flow: o365-client-credentials }`),
    '',
  ].join('\n');

async function start(settings: FleetSettings): Promise<void> {
  const { directory, tenant } = settings;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'ca.pem'), tenant.ca);
  const store = stack.use(await openStore({ directory: join(directory, 'data'), clock: systemClock, role: 'router' }));
  const session = stack.use(await openSession({ file: join(directory, 'signalbox.yaml'), text: configurationOf(settings), env: { SECRET: 'fleet-secret' }, store, cwd: directory }));
  const { config, plugins, host } = session;
  router = stack.use(await createRouter({ config, plugins, host: { ...host, log: { log: noteWarning } }, flows, store }));
  void handOver(router);
}

function noteWarning(level: LogLevel, event: string, fields?: Parameters<Logger['log']>[2]): void {
  if (level !== 'warn' && level !== 'error') return;
  const code = fields?.['code'];
  const name = typeof code === 'string' ? `${event} ${code}` : event;
  warnings[name] = (warnings[name] ?? 0) + 1;
}

async function handOver(router: Router): Promise<void> {
  for await (const delivery of router.deliveries()) void delivery.ack().then(() => arrivals.note(delivery.messageId ?? ''));
}

async function state(): Promise<FleetState> {
  const { nowMb: residentMb, peakMb } = residentMemory();
  const all = (await router?.status()) ?? [];
  const now = Date.now();
  const lagsMs = all.flatMap(({ completeUpTo }) => (completeUpTo === undefined ? [] : [now - completeUpTo.getTime()]));
  return { active: all.filter(({ state }) => state === 'active').length, residentMb, peakMb, lagsMs, warnings };
}

answerCalls<FleetCalls>({
  start,
  state,
  collect: (count) => arrivals.all(PLACE, count),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  async startProfile(file) {
    stopProfile = await startProfile(file);
  },
  async stopProfile() {
    await stopProfile?.();
  },
  heapSnapshot: (file) => void writeHeapSnapshot(file),
  close: () => stack.disposeAsync(),
});
