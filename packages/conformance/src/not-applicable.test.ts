import { expect, it } from 'vitest';
import { CASES } from './cases/index.ts';
import { notApplicableJson } from './not-applicable.ts';

it('names what each case lacks, a line per case in the order of their ids', () => {
  const [first, second, ...applicable] = CASES;
  const [earlier, later] = [first!.id, second!.id].toSorted();
  for (const pair of [[first!, second!], [second!, first!]] as const) {
    const text = notApplicableJson({ applicable, notApplicable: pair.map((found) => ({ case: found, missing: 'facet send' })), defects: [] });
    expect(text).toBe(`{\n  "${earlier}": "facet send",\n  "${later}": "facet send"\n}\n`);
  }
});

it('is the same for the same world, and another as soon as a case has come, gone or lacks something else', () => {
  const [found, ...applicable] = CASES;
  const lacking = (missing: string): string => notApplicableJson({ applicable, notApplicable: [{ case: found!, missing }], defects: [] });
  expect(lacking('facet send')).toBe(lacking('facet send'));
  expect(new Set([lacking('facet send'), lacking('door stored'), notApplicableJson({ applicable: CASES, notApplicable: [], defects: [] })]).size).toBe(3);
});
