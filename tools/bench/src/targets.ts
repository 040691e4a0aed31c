/** Ratios of ours to the bare library that the median of the pairs must not exceed. */
export const TARGETS = { cpu: 1.1, wall: 1.1, memory: 1.15 } as const;

export type Measure = keyof typeof TARGETS;

/** What a message of 150 MB may add to the memory of a process, in MB. */
export const ADDED_MEMORY_MB = 32;

/** Fewer pairs than this are a smoke run: they show that everything works, and nothing about speed. */
export const PAIRS_FOR_A_VERDICT = 15;

/** A round shorter than this measures the machine's mood rather than the work. */
export const SHORTEST_ROUND_MS = 1000;
