import { describe, expect, it } from 'vitest';
import type { Job, Report } from './job.ts';
import { Trial, type TrialOptions } from './trial.ts';
import { workloadNamed } from './workloads.ts';

const server = { kind: 'dovecot' as const, host: '', imapsPort: 0, submissionsPort: 0, ca: '', user: '', password: '', sinks: [] };

const report = (digest: string | undefined, messages = 1): Report => ({
  wallMs: 1, cpuMs: 1, peakMb: 1, residentMb: 1, tally: { messages }, ...(digest !== undefined && { digest }),
});

function trial(run: (job: Job) => Report, ground: Partial<TrialOptions['ground']> = {}): Trial {
  return new Trial({
    workload: workloadNamed('envelopes'),
    ground: { refs: [{ folder: 'f', key: 'k' }], prepare: async () => {}, ...ground },
    server,
    selfCheck: false,
    run: async (job) => run(job),
  });
}

describe('a trial', () => {
  it('fails when the two sides put out different things', async () => {
    const sides = trial(({ side }) => report(side));
    await sides.round('bare', 1);
    await expect(sides.round('ours', 1)).rejects.toThrow('the output of ours is ours, not bare');
  });

  it('fails when the sides counted differently', async () => {
    const sides = trial(({ side }) => report('same', side === 'ours' ? 1 : 2));
    await sides.round('bare', 1);
    await expect(sides.round('ours', 1)).rejects.toThrow('ours counted');
  });

  it('fails when both sides are wrong in the same way', async () => {
    await expect(trial(() => report('wrong'), { expected: async () => 'right' }).round('ours', 1)).rejects.toThrow('is wrong, not right');
  });

  it('fails when there is nothing to compare', async () => {
    await expect(trial(() => report(undefined)).round('ours', 1)).rejects.toThrow('is undefined');
  });

  it('believes the server rather than the client', async () => {
    const sides = trial(() => report('as told'), { inspect: async () => 'as seen', expected: async () => 'as seen' });
    await expect(sides.round('ours', 1)).resolves.toMatchObject({ digest: 'as told' });
  });

  it('prepares the server before every round', async () => {
    const order: string[] = [];
    const sides = trial(
      () => {
        order.push('run');
        return report('x');
      },
      { prepare: async () => void order.push('prepare') },
    );
    await sides.round('ours', 1);
    await sides.round('bare', 1);
    expect(order).toEqual(['prepare', 'run', 'prepare', 'run']);
  });

  it('takes the median of idle children', async () => {
    const sizes = [30, 10, 20];
    const sides = trial(() => ({ ...report(undefined), residentMb: sizes.shift() ?? 0 }));
    await expect(sides.idleMb('ours', 3)).resolves.toBe(20);
  });

  it('gives refs to our side alone', async () => {
    const jobs: Job[] = [];
    const sides = trial((job) => {
      jobs.push(job);
      return report('x');
    });
    await sides.round('ours', 2);
    await sides.round('bare', 2);
    expect(jobs.map((job) => job.refs?.length)).toEqual([1, undefined]);
  });
});
