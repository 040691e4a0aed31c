import { defineConfig } from 'vitest/config';

const conditions = ['@signalbox/source', 'module', 'node', 'development|production'];

/** Not a project of the workspace's own run: these files need Debian and root. One process, so that all share one lab. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@signalbox/source'] } },
  test: {
    name: '@signalbox/server-tests',
    include: ['test/**/*.servers.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    testTimeout: 60_000,
  },
});
