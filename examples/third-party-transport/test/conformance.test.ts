import { casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openWorld } from './world.ts';

const selection = await casesFor(openWorld);

describe('conformance', () => {
  it('leaves out exactly the cases of the committed list', async () => {
    assert.equal(notApplicableJson(selection), await readFile(new URL('not-applicable.json', import.meta.url), 'utf8'));
  });

  for (const c of selection.applicable) it(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
});
