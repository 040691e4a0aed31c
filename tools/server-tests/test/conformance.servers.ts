import { casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { worldsOf } from '../src/index.ts';
import { lab } from './lab.ts';

for (const [name, openWorld] of worldsOf(lab)) {
  const selection = await casesFor(openWorld);
  describe(`conformance: ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`));
    it('has at most three defects of the server', () => expect(selection.defects.length).toBeLessThanOrEqual(3));
    for (const c of selection.applicable) it(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
    // A defect that has healed must leave the list.
    for (const { case: c, reason } of selection.defects) it(`server defect ${c.id}: ${reason}`, () => expect(runCase(c, openWorld)).rejects.toMatchObject({ code: 'ERR_ASSERTION' }));
  });
}
