import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Job, Report, SideName, Tally } from './job.ts';
import type { Ground } from './server/ground.ts';
import { median } from './statistics.ts';
import type { NamedWorkload } from './workloads.ts';

export interface TrialOptions {
  readonly workload: NamedWorkload;
  readonly ground: Ground;
  readonly server: Job['server'];
  /** Runs one job in a process of its own. */
  run(job: Job): Promise<Report>;
  /** Measures the bare library against itself: what is read where there is no difference. */
  readonly selfCheck: boolean;
  readonly profiles?: string;
}

/** One workload on the ground laid for it. Every round's output is compared with all others', whatever the side. */
export class Trial {
  readonly #options: TrialOptions;
  #tally: Tally | undefined;
  #digest: string | undefined;

  constructor(options: TrialOptions) {
    this.#options = options;
  }

  async round(side: SideName, repeats: number): Promise<Report> {
    const { ground, workload, profiles } = this.#options;
    await ground.prepare();
    const sample = workload.kind === 'memory';
    const profile = profiles === undefined ? undefined : join(profiles, `${workload.name}-${side}.cpuprofile`);
    const report = await this.#options.run({ ...this.#job(side), mode: 'round', repeats, sample, ...(profile !== undefined && { profile }) });
    const digest = ground.inspect === undefined ? report.digest : await ground.inspect();
    await this.#compare(side, repeats, report.tally, digest);
    return report;
  }

  /** Resident MB of a child that imported, connected, has its input ready, and did nothing: the median of several. */
  async idleMb(side: SideName, children: number): Promise<number> {
    const resident: number[] = [];
    while (resident.length < children) {
      resident.push((await this.#options.run({ ...this.#job(side), mode: 'idle', repeats: 0 })).residentMb);
    }
    return median(resident);
  }

  #job(side: SideName): Omit<Job, 'mode' | 'repeats'> {
    const { workload, server, ground, selfCheck } = this.#options;
    const played = selfCheck ? 'bare' : side;
    return { side: played, workload: workload.name, server, ...(played === 'ours' && { refs: ground.refs }) };
  }

  async #compare(side: SideName, repeats: number, tally: Tally, digest: string | undefined): Promise<void> {
    const { workload, ground } = this.#options;
    const expected = ground.expected === undefined ? (this.#digest ??= digest) : await ground.expected(repeats);
    if (digest === undefined || digest !== expected) {
      throw new OutputError(`${workload.name}: the output of ${side} is ${digest}, not ${expected}.`);
    }
    this.#tally ??= tally;
    if (!isDeepStrictEqual(tally, this.#tally)) {
      throw new OutputError(`${workload.name}: ${side} counted ${JSON.stringify(tally)}, an earlier round ${JSON.stringify(this.#tally)}.`);
    }
  }
}

/** The sides did not do the same work, so their times mean nothing. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}
