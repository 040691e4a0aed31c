import { casesFor, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { WORLDS } from './worlds.ts';

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const { applicable, notApplicable } = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', async () => {
      const left = Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing]));
      await expect(`${JSON.stringify(left, undefined, 2)}\n`).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`);
    });
    for (const c of applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
