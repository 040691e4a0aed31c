import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['@signalbox/source', 'module', 'node', 'development|production'];

const oneProcess = { environment: 'node' as const, pool: 'forks' as const, maxWorkers: 1, isolate: false, fileParallelism: false, testTimeout: 60_000 };
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: ['@signalbox/source'] } } };

/** Not projects of the workspace's own run: these files need Debian and root. */
export default defineConfig({
  ...shared,
  root: import.meta.dirname,
  test: {
    fileParallelism: false,
    projects: [
      // One process, so that all share one lab.
      { ...shared, root: import.meta.dirname, test: { ...oneProcess, name: '@signalbox/server-tests', include: ['test/**/*.servers.ts'] } },
      // What runs on SQLite in the workspace's own run, on the PostgreSQL that src/main.ts has started.
      {
        ...shared,
        root: join(import.meta.dirname, '../../packages/store'),
        test: { ...oneProcess, name: 'store on PostgreSQL', include: ['test/backends/**/*.test.ts'] },
      },
      {
        ...shared,
        root: join(import.meta.dirname, '../../apps/router'),
        test: { ...oneProcess, name: 'sending on PostgreSQL', include: ['test/sending/storm.test.ts'] },
      },
      // On a Postfix of their own, beside that of the others.
      {
        ...shared,
        root: join(import.meta.dirname, '../../apps/router'),
        test: { ...oneProcess, name: 'sending on Postfix', include: ['test/sending/**/*.servers.ts'], globalSetup: [join(import.meta.dirname, 'src/sending-lab.ts')] },
      },
    ],
  },
});
