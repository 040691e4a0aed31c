import { casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { WORLDS } from './worlds.ts';

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const selection = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`));
    for (const c of selection.applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
