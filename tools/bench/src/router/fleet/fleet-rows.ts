import { quantile } from '../../statistics.ts';
import type { Row } from '../rows.ts';
import type { FleetResults } from './run-fleet.ts';

type Measured = Pick<FleetResults, 'mailboxes' | 'servingMs' | 'activeMs' | 'startCpuMs' | 'samples' | 'played' | 'latenciesMs' | 'cpuMs' | 'wallMs' | 'peakMb'>;

const MOST_MB = 600;
const MOST_LAG_S = 90;

/** There is nothing bare beside it: the targets are absolute. */
export function fleetRows(results: Measured): readonly Row[] {
  const { mailboxes, samples, peakMb, latenciesMs, played, wallMs } = results;
  // The worst moment counts, not the average of all.
  const lagS = Math.max(...samples.map(({ lagMs }) => lagMs.p95)) / 1000;
  const information = (work: string, unit: string, ours: number): Row => ({ work, unit, ours, target: '' });
  return [
    { work: `${mailboxes.toLocaleString('en')} Graph mailboxes in one process: peak memory`, unit: 'MB', ours: peakMb, target: `< ${MOST_MB} MB`, met: peakMb < MOST_MB },
    { work: 'time since the last sweep began, each due every 60 s: p95 at its worst', unit: 's', ours: lagS, target: `< ${MOST_LAG_S} s`, met: lagS < MOST_LAG_S },
    information('new mail to the consumer, 20 messages/s over all: p95', 's', quantile(latenciesMs, 0.95) / 1000),
    information('requests meanwhile', '/s', (played.requests / wallMs) * 1000),
    information('CPU of the router meanwhile', 'ms/s', (results.cpuMs / wallMs) * 1000),
    information('CPU of the simulated tenant meanwhile', 'ms/s', (played.cpuMs / wallMs) * 1000),
    information('cold start to serving', 's', results.servingMs / 1000),
    information('until every mailbox is read for the first time', 's', results.activeMs / 1000),
    information('CPU of a mailbox until then', 'ms', results.startCpuMs / mailboxes),
  ];
}
