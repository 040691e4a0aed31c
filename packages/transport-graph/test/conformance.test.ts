import { casesFor, notApplicableJson, type OpenWorld, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { openGraphWorld, openTenant } from './world.ts';

const tenant = await openTenant();
afterAll(() => tenant[Symbol.asyncDispose]());
const openWorld: OpenWorld = () => openGraphWorld(tenant);
const selection = await casesFor(openWorld);

describe('conformance on tenant-sim', () => {
  it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot('not-applicable.json'));
  for (const { case: c, reason } of selection.defects) it(`server defect ${c.id}: ${reason}`, () => expect(reason).not.toBe(''));
  for (const c of selection.applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
});
