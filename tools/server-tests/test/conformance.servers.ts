import { casesFor, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { worldsOf } from '../src/index.ts';
import { lab } from './lab.ts';

for (const [name, openWorld] of worldsOf(lab)) {
  const { applicable, notApplicable, defects } = await casesFor(openWorld);
  describe(`conformance: ${name}`, () => {
    it('leaves out exactly the cases of the committed list', async () => {
      const left = Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing]));
      await expect(`${JSON.stringify(left, undefined, 2)}\n`).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`);
    });
    it('has at most three defects of the server', () => expect(defects.length).toBeLessThanOrEqual(3));
    for (const c of applicable) it(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
    // A defect that has healed must leave the list.
    for (const { case: c, reason } of defects) it(`server defect ${c.id}: ${reason}`, () => expect(runCase(c, openWorld)).rejects.toMatchObject({ code: 'ERR_ASSERTION' }));
  });
}
