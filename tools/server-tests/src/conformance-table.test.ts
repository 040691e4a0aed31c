import { describe, expect, it } from 'vitest';
import { type TestReport, toMarkdown, worldResults } from './conformance-table.ts';

const test = (suite: string, title: string, status = 'passed') => ({ ancestorTitles: [suite], title, status });
const report: TestReport = {
  testResults: [
    { name: '/x/packages/transport-imap/test/conformance.test.ts', assertionResults: [test('conformance with a password', 'receive/one: says something'), test('conformance with a password', 'server defect message/two: says why')] },
    { name: '/x/packages/transport-smtp/test/tenant.conformance.test.ts', assertionResults: [test('conformance on tenant-sim, bearer', 'send/three: sends')] },
    { name: '/x/tools/server-tests/test/conformance.servers.ts', assertionResults: [test('conformance: imap on Dovecot, bearer', 'receive/one: says something', 'failed'), test('conformance: imap on Dovecot, bearer', 'leaves out exactly the cases of the committed list')] },
    { name: '/x/packages/transport-memory/test/other.test.ts', assertionResults: [test('something else', 'receive/one: says something')] },
  ],
};
const ids = new Set(['receive/one', 'message/two', 'send/three']);

describe('the conformance table', () => {
  it('counts what ran, world by world, and takes the rest for not applicable', () => {
    expect(worldResults([report], ids)).toEqual([
      { world: 'imap in this process, with a password', passed: 1, failed: 0, defects: 1, notApplicable: 1 },
      { world: 'imap on Dovecot, bearer', passed: 0, failed: 1, defects: 0, notApplicable: 2 },
      { world: 'smtp on tenant-sim, bearer', passed: 1, failed: 0, defects: 0, notApplicable: 2 },
    ]);
  });

  it('has a row for each world', () => {
    expect(toMarkdown(worldResults([report], ids), ids.size).split('\n')).toHaveLength(5);
  });
});
