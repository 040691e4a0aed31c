import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = import.meta.dirname;
const conditions = ['@signalbox/source', 'module', 'node', 'development|production'];

/** Every workspace package is a project under its own name, so that none can be forgotten here. */
const projects = ['packages', 'apps', 'tools'].flatMap((parent) =>
  readdirSync(join(here, parent))
    .map((directory) => join(here, parent, directory))
    .filter((root) => existsSync(join(root, 'package.json'))),
);

/** What takes longest begins first, so that nobody waits at the end for one file: these take from 10 to 50 s each. */
const longest = /\/(kill|tenant|examples|gone|run-kill|send-storm|conformance|deliveries|tokens|run|doctor-faults|saboteurs|storm|memory|probe)(\.conformance)?\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // The project with the longest files is the last by its name; a worker is used again within a project only.
    const projects = [...new Set(sorted.map(({ project }) => project))].toReversed();
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      return [...own.filter(({ moduleId }) => longest.test(moduleId)), ...own.filter(({ moduleId }) => !longest.test(moduleId))];
    });
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@signalbox/source'] } },
  test: {
    passWithNoTests: false,
    // Most of what tests do is wait, for servers and for processes they kill: more workers than cores.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    projects: projects.map((root) => ({
      extends: true as const,
      root,
      test: {
        name: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string }).name,
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        environment: 'node' as const,
        isolate: false,
        testTimeout: 30_000,
        // What is waited for comes in milliseconds, and in seconds on a machine that is busy: the default of one second fails there.
        expect: { poll: { timeout: 20_000 } },
      },
    })),
  },
});
