// Sums the JSON reports of vitest in a directory into one last line. A skipped test counts as a failure to report: none is allowed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2];
let [passed, failed, skipped] = [0, 0, 0];
for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
}
if (skipped > 0) {
  console.log(`== FAILED: ${skipped} tests were skipped`);
  process.exitCode = 1;
}
console.log(`tests: ${passed} passed, ${failed} failed`);
