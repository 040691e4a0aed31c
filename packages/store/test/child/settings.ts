import { writeSync } from 'node:fs';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store } from '../../src/index.ts';

export interface ChildSettings {
  readonly directory: string;
  readonly leaseMs?: number;
}

export const settings = (): unknown => JSON.parse(process.argv[2] ?? '{}');

export const openChildStore = ({ directory, leaseMs }: ChildSettings): Promise<Store> => openStore({ directory, clock: systemClock, ...(leaseMs !== undefined && { leaseMs }) });

/** On its way before the call returns: what was said cannot be lost by a kill. */
export const say = (text: string): void => void writeSync(1, `${text}\n`);
