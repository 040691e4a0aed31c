import { mkdir } from 'node:fs/promises';
import type { Options } from '../options.ts';
import { benchFleet, fleetMarkdown } from './fleet/run-fleet.ts';
import { benchRouter, routerMarkdown } from './run.ts';
import { fleetRows } from './fleet/fleet-rows.ts';

export interface SuiteOutcome {
  /** Markdown. */
  readonly text: string;
  /** For `--json`. */
  readonly results: unknown;
  readonly met: boolean;
}

export interface SuiteHost {
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

/** Which part of the document a suite's table belongs to. */
export const groupOf = ({ suite, store }: Pick<Options, 'suite' | 'store'>): string => (suite === 'router' && store === 'postgres' ? 'router-postgres' : suite);

export async function measureSuite({ suite, lives, store, minutes, mailboxes, profiles }: Options, host: SuiteHost): Promise<SuiteOutcome> {
  if (profiles !== undefined) await mkdir(profiles, { recursive: true });
  const common = { ...host, ...(profiles !== undefined && { profiles }) };
  if (suite === 'router-fleet') {
    const results = await benchFleet({ ...common, minutes, mailboxes });
    return { text: fleetMarkdown(results), results, met: fleetRows(results).every(({ met }) => met !== false) };
  }
  const results = await benchRouter({ ...common, lives, store });
  return { text: routerMarkdown(results), results, met: results.met };
}
