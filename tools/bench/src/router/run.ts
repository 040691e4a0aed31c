import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@signalbox/lab';
import type { SideName } from '../job.ts';
import { describeMachine, type Machine } from '../report/machine.ts';
import { LabMailboxes } from './lab-mailboxes.ts';
import { type LifeOptions, measureLife } from './life.ts';
import type { Life } from './life-results.ts';
import { type Row, rowsOf } from './rows.ts';
import { routerTable } from './table.ts';
import { warmUp } from './warm-up.ts';

export interface RouterBenchOptions {
  readonly lives: number;
  readonly store: 'embedded' | 'postgres';
  readonly profiles?: string;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

export interface RouterResults {
  readonly machine: Machine;
  readonly store: RouterBenchOptions['store'];
  readonly lives: readonly Life[];
  readonly rows: readonly Row[];
  readonly met: boolean;
}

/** The router beside the bare libraries, in one run on one server: bare, ours, ours, bare, so that what drifts weighs on both. */
export async function benchRouter(options: RouterBenchOptions): Promise<RouterResults> {
  const machine = await describeMachine();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  const lives: Life[] = [];
  try {
    options.onStep('fifty mailboxes are filled');
    await using lab = await LabMailboxes.start();
    const common = { lab, compileCache: join(folder, 'compiled'), signal: options.signal, onStep: options.onStep, ...(options.profiles !== undefined && { profiles: options.profiles }) };
    await warmUp({ lab, compileCache: common.compileCache, signal: options.signal });
    for (let round = 1; round <= options.lives; round++) {
      const sides: readonly SideName[] = round % 2 === 1 ? ['bare', 'ours'] : ['ours', 'bare'];
      for (const side of sides) lives.push(await liveOnce(options.store, { ...common, name: `${side}-${round}` }, { side, directory: join(folder, `${side}-${round}`) }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const rows = rowsOf(lives);
  return { machine, store: options.store, lives, rows, met: rows.every(({ met }) => met !== false) };
}

/** Each with a store of its own. */
async function liveOnce(store: RouterBenchOptions['store'], options: Omit<LifeOptions, 'settings'>, { side, directory }: { readonly side: SideName; readonly directory: string }): Promise<Life> {
  const settings = { side, server: options.lab.server, directory, key: randomBytes(32).toString('base64') };
  if (side === 'bare' || store === 'embedded') return measureLife({ ...options, settings });
  await using postgres = await startPostgres();
  return await measureLife({ ...options, settings: { ...settings, databaseUrl: postgres.url } }); // the server is to outlive it
}

export function routerMarkdown({ machine, store, lives, rows }: RouterResults): string {
  const { dovecot, imapflow, nodemailer } = machine;
  const kept = store === 'embedded' ? 'embedded store' : 'PostgreSQL on the same machine';
  return routerTable(rows, { machine, about: `${kept}, Dovecot ${dovecot} on the same machine, imapflow ${imapflow}, nodemailer ${nodemailer}, ${lives.length / 2} lives of each side` });
}
