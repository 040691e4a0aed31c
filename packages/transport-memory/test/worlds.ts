import { memoryWorld, type MemoryWorldOptions } from './world.ts';

const modest: MemoryWorldOptions = {
  credential: 'bearer',
  config: { push: false, pollMs: 60_000 },
  server: { envelope: 'from-headers', keywords: ['$seen', '$flagged', '$answered', '$draft'], sentCopy: 'automatic', appends: 'drafts' },
};

/** The most a memory mailbox can do, and the same with every trait turned down. */
export const WORLDS = { memory: memoryWorld(), 'with every trait turned down': memoryWorld({ ...modest, config: { push: false, pollMs: 500 } }) } as const;

/** The same on a server that takes small messages only: what is too large for it is built quickly. The modest one looks so seldom that only a hint makes it look. */
export const SMALL_WORLDS = [memoryWorld({ server: { maxBytes: 1024 * 1024 } }), memoryWorld({ ...modest, server: { ...modest.server, maxBytes: 1024 * 1024 } })] as const;
