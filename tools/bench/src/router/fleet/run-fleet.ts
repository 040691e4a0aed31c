import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeMachine, type Machine } from '../../report/machine.ts';
import { quantile } from '../../statistics.ts';
import { latencies } from '../life-results.ts';
import { type Remote, type RemoteOptions, startRemote } from '../remote.ts';
import { routerTable } from '../table.ts';
import type { FleetCalls, FleetState, Played, TenantCalls } from './calls.ts';
import { fleetRows } from './fleet-rows.ts';

export interface FleetOptions {
  readonly mailboxes: number;
  readonly minutes: number;
  readonly profiles?: string;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

export interface FleetResults {
  readonly machine: Machine;
  readonly mailboxes: number;
  readonly minutes: number;
  /** Of the process: until it serves, and until every mailbox is read. */
  readonly servingMs: number;
  readonly activeMs: number;
  readonly startCpuMs: number;
  /** Once all are read, before anything comes. */
  readonly settled: FleetState;
  readonly samples: readonly Sample[];
  readonly played: Omit<Played, 'deliveredAt'> & { readonly count: number };
  readonly latenciesMs: readonly number[];
  /** While mail came. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMb: number;
  readonly warnings: Readonly<Record<string, number>>;
}

/** How long ago the last finished sweep of a mailbox began, over all mailboxes. */
export interface Sample {
  readonly residentMb: number;
  readonly active: number;
  readonly lagMs: { readonly median: number; readonly p95: number; readonly most: number };
}

const SWEEP_MS = 60_000;
const PER_SECOND = 20;
const LOOK_MS = 10_000;
const PATIENCE_MS = 15 * 60_000;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function benchFleet(options: FleetOptions): Promise<FleetResults> {
  const machine = await describeMachine();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  try {
    const remote: RemoteOptions = { compileCache: join(folder, 'compiled'), signal: options.signal };
    await using tenant = startRemote<TenantCalls>(script('tenant-process.ts'), remote);
    options.onStep(`a tenant of ${options.mailboxes} mailboxes`);
    const described = await tenant.call('start', options.mailboxes);
    options.onStep('the router starts');
    const began = performance.now();
    await using router = startRemote<FleetCalls>(script('router-process.ts'), remote);
    if (options.profiles !== undefined) await router.call('startProfile', join(options.profiles, 'fleet-start.cpuprofile'));
    await router.call('start', { tenant: described, mailboxes: options.mailboxes, sweepMs: SWEEP_MS, directory: join(folder, 'router') });
    const servingMs = performance.now() - began;
    const settled = await untilActive(router, options, began);
    const [activeMs, startCpuMs] = [performance.now() - began, await router.call('cpuMs')];
    if (options.profiles !== undefined) await router.call('stopProfile');
    const work = await measureWork({ tenant, router }, options);
    const { peakMb, warnings } = await router.call('state');
    return { machine, mailboxes: options.mailboxes, minutes: options.minutes, servingMs, activeMs, startCpuMs, settled: withoutLags(settled), ...work, peakMb, warnings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function untilActive(router: Remote<FleetCalls>, { mailboxes, onStep }: FleetOptions, began: number): Promise<FleetState> {
  for (;;) {
    const state = await router.call('state');
    const seconds = Math.round((performance.now() - began) / 1000);
    onStep(`${state.active} mailboxes are read after ${seconds} s, ${Math.round(state.residentMb)} MB ${JSON.stringify(state.warnings)}`);
    if (state.active === mailboxes) return state;
    if (performance.now() - began > PATIENCE_MS) throw new Error(`Only ${state.active} of ${mailboxes} mailboxes are read after ${seconds} s: ${JSON.stringify(state.warnings)}`);
    await sleep(2_000);
  }
}

interface Processes {
  readonly tenant: Remote<TenantCalls>;
  readonly router: Remote<FleetCalls>;
}

type Work = Pick<FleetResults, 'samples' | 'played' | 'latenciesMs' | 'cpuMs' | 'wallMs'>;

async function measureWork({ tenant, router }: Processes, { minutes, onStep, profiles }: FleetOptions): Promise<Work> {
  if (profiles !== undefined) await router.call('startProfile', join(profiles, 'fleet-steady.cpuprofile'));
  const cpu = await router.call('cpuMs');
  const began = performance.now();
  await tenant.call('play', PER_SECOND);
  const samples: Sample[] = [];
  for (let next = began + LOOK_MS; next <= began + minutes * 60_000; next += LOOK_MS) {
    await sleep(Math.max(0, next - performance.now()));
    const sample = sampleOf(await router.call('state'));
    samples.push(sample);
    onStep(`${Math.round(sample.residentMb)} MB, ${sample.active} active, lag p95 ${(sample.lagMs.p95 / 1000).toFixed(1)} s`);
  }
  const { deliveredAt, ...played } = await tenant.call('stop');
  const [wallMs, cpuMs] = [performance.now() - began, (await router.call('cpuMs')) - cpu];
  if (profiles !== undefined) {
    await router.call('stopProfile');
    await router.call('heapSnapshot', join(profiles, 'fleet.heapsnapshot'));
  }
  const arrivals = await router.call('collect', deliveredAt.length);
  return { samples, wallMs, cpuMs, played: { ...played, count: deliveredAt.length }, latenciesMs: latencies(deliveredAt, arrivals) };
}

function sampleOf({ active, residentMb, lagsMs }: FleetState): Sample {
  const sorted = lagsMs.toSorted((a, b) => a - b);
  return { active, residentMb, lagMs: { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), most: sorted.at(-1) ?? 0 } };
}

const withoutLags = (state: FleetState): FleetState => ({ ...state, lagsMs: [] });

export function fleetMarkdown(results: FleetResults): string {
  return routerTable(fleetRows(results), { machine: results.machine, about: `embedded store, the simulated tenant in a process of its own on the same machine, ${results.minutes} minutes` });
}
