import type { Tally } from '../job.ts';

export interface RequestCounter {
  /** Requests since this was asked last. */
  readonly taken: () => number;
}

/** The same work with the requests it took, so that either side is seen to make as many. */
export const counting =
  ({ taken }: RequestCounter, work: () => Promise<Tally>) =>
  async (): Promise<Tally> => {
    taken();
    const tally = await work();
    return { ...tally, requests: taken() };
  };
