import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Reply, Report, SideName } from '../job.ts';
import { type Protocol, workloadNamed } from '../workloads.ts';
import { measure } from './measure.ts';
import { residentMemory } from './memory.ts';
import type { Side } from './side.ts';

const IDLE_MS = 500;

type Open = (job: Job) => Promise<Side>;

/** Imports what this side needs and nothing of the other: its memory is measured. */
const OPEN: Readonly<Record<Protocol, Readonly<Record<SideName, Open>>>> = {
  imap: {
    ours: async (job) => (await import('./our-imap.ts')).openOurImap(on('dovecot', job)),
    bare: async (job) => (await import('./bare-imap.ts')).openBareImap(on('dovecot', job)),
  },
  smtp: {
    ours: async (job) => (await import('./our-smtp.ts')).openOurSmtp(on('dovecot', job)),
    bare: async (job) => (await import('./bare-smtp.ts')).openBareSmtp(on('dovecot', job)),
  },
  'graph-read': {
    ours: async (job) => (await import('./our-graph.ts')).openOurGraph(on('tenant', job)),
    bare: async (job) => (await import('./bare-graph.ts')).openBareGraph(on('tenant', job)),
  },
  'graph-send': {
    ours: async (job) => (await import('./our-graph-send.ts')).openOurGraphSend(on('tenant', job)),
    bare: async (job) => (await import('./bare-graph-send.ts')).openBareGraphSend(on('tenant', job)),
  },
};

function on<Kind extends Job['server']['kind']>(kind: Kind, job: Job): Job<Extract<Job['server'], { kind: Kind }>> {
  const { server } = job;
  if (server.kind !== kind) throw new Error(`${job.workload} does not run on a ${server.kind}.`);
  return { ...job, server: server as Extract<Job['server'], { kind: Kind }> };
}

const open = (job: Job): Promise<Side> => OPEN[workloadNamed(job.workload).protocol][job.side](job);

async function idle(): Promise<Report> {
  await sleep(IDLE_MS);
  const { nowMb, peakMb } = residentMemory();
  return { wallMs: 0, cpuMs: 0, peakMb, residentMb: nowMb, tally: {} };
}

async function run(job: Job): Promise<Report> {
  await using side = await open(job);
  return job.mode === 'idle' ? await idle() : await measure(side, job);
}

process.once('message', (job: Job) => {
  const answer = (reply: Reply): void => {
    process.send?.(reply, () => process.disconnect());
  };
  run(job).then(
    (report) => answer({ report }),
    (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
