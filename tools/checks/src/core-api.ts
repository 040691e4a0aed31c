import { join } from 'node:path';
import { makeApiReport } from './api-report.ts';
import type { GeneratedFile } from './generated-file.ts';
import { ROOT } from './workspace.ts';

/** The report that shows each change of the contract. */
export const coreApiReport = (): GeneratedFile => ({
  path: 'packages/core/etc/core.api.md',
  script: 'api',
  content: makeApiReport('@signalbox/core', join(ROOT, 'packages/core/src/index.ts')),
});
