import { z } from 'zod';

/** How a memory mailbox is watched. What its server is like belongs to the server. */
export const memoryConfig = z.strictObject({
  /** `false`: new mail is found by looking every `pollMs`. */
  push: z.boolean().default(true),
  /** Milliseconds. */
  pollMs: z.int().min(10).default(60_000),
});

export type MemoryConfig = z.infer<typeof memoryConfig>;
