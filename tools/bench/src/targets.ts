import type { Group } from './workloads.ts';

export const MEASURES = ['cpu', 'wall', 'memory'] as const;

export type Measure = (typeof MEASURES)[number];

/** Ratios of ours to the bare library that the median of the pairs must not exceed. What has none is shown all the same. */
export const TARGETS: Readonly<Record<Group, Readonly<Partial<Record<Measure, number>>>>> = {
  'imap-smtp': { cpu: 1.1, wall: 1.1, memory: 1.15 },
  graph: { wall: 1.1 },
};

/** What a message of 150 MB may add to the memory of a process, in MB. */
export const ADDED_MEMORY_MB = 32;

/** Fewer pairs than this are a smoke run: they show that everything works, and nothing about speed. */
export const PAIRS_FOR_A_VERDICT = 15;

/** A round shorter than this measures the machine's mood rather than the work. */
export const SHORTEST_ROUND_MS = 1000;
