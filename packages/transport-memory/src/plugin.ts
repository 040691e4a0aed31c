import { createRequire } from 'node:module';
import { defineTransport, type TransportPlugin } from '@signalbox/core';
import { type MemoryConfig, memoryConfig } from './config.ts';
import { createMemoryServer, type MemoryServer } from './server/server.ts';
import { openMemory } from './transport.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** A transport plugin whose mailboxes all lie on `server`. */
export const createMemoryPlugin = (server: MemoryServer): TransportPlugin<MemoryConfig> =>
  defineTransport({
    kind: 'transport',
    name: 'memory',
    version,
    contract: '^1.0',
    config: memoryConfig,
    facets: ['receive', 'mutate', 'send'],
    credentials: ['password', 'bearer'],
    open: (context, options) => openMemory(server, context, options),
  });

/** With a server of its own that is open to all: mailboxes come into being when opened, and end with the process. */
export const plugin = createMemoryPlugin(createMemoryServer({ openToAll: true }));
