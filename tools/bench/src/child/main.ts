import { setTimeout as sleep } from 'node:timers/promises';
import { workloadNamed } from '../workloads.ts';
import type { Job, Reply, Report } from '../job.ts';
import { measure } from './measure.ts';
import { residentMemory } from './memory.ts';
import type { Side } from './side.ts';

const IDLE_MS = 500;

/** Imports what this side needs and nothing of the other: its memory is measured. */
async function open(job: Job): Promise<Side> {
  const { protocol } = workloadNamed(job.workload);
  if (job.side === 'bare') {
    return protocol === 'imap' ? (await import('./bare-imap.ts')).openBareImap(job) : (await import('./bare-smtp.ts')).openBareSmtp(job);
  }
  return protocol === 'imap' ? (await import('./our-imap.ts')).openOurImap(job) : (await import('./our-smtp.ts')).openOurSmtp(job);
}

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
