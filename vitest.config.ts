import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const here = import.meta.dirname;
const conditions = ['@signalbox/source', 'module', 'node', 'development|production'];

/** Every workspace package is a project under its own name, so that none can be forgotten here. */
const projects = ['packages', 'apps', 'tools'].flatMap((parent) =>
  readdirSync(join(here, parent))
    .map((directory) => join(here, parent, directory))
    .filter((root) => existsSync(join(root, 'package.json'))),
);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@signalbox/source'] } },
  test: {
    passWithNoTests: false,
    projects: projects.map((root) => ({
      extends: true as const,
      root,
      test: {
        name: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string }).name,
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        environment: 'node' as const,
        isolate: false,
        testTimeout: 20_000,
      },
    })),
  },
});
