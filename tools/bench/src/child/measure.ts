import { isDeepStrictEqual } from 'node:util';
import type { Job, Report, Tally } from '../job.ts';
import { residentMemory, sampleMemory } from './memory.ts';
import { startProfile } from './profile.ts';
import type { Side } from './side.ts';

export async function measure(side: Side, job: Pick<Job, 'repeats' | 'sample' | 'profile'>): Promise<Report> {
  const stopSampling = job.sample === true ? sampleMemory() : undefined;
  await side.warmUp();
  // Both sides begin with the same clean slate, not with the garbage of their warm-up.
  globalThis.gc?.();
  const stopProfile = job.profile === undefined ? undefined : await startProfile(job.profile);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const tally = await repeat(side, job.repeats);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const { nowMb, peakMb } = residentMemory();
  const sampledMb = stopSampling?.();
  await stopProfile?.();
  const digest = await side.verify?.();
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    peakMb,
    residentMb: nowMb,
    tally,
    ...(sampledMb !== undefined && { sampledMb }),
    ...(digest !== undefined && { digest }),
  };
}

async function repeat(side: Side, repeats: number): Promise<Tally> {
  const tally = await side.work();
  for (let round = 1; round < repeats; round++) {
    const again = await side.work();
    if (!isDeepStrictEqual(again, tally)) {
      throw new Error(`Repetition ${round + 1} counted ${JSON.stringify(again)}, the first ${JSON.stringify(tally)}.`);
    }
  }
  return tally;
}
