import { casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { openTenant, openTenantWorld } from './tenant-world.ts';

const tenant = await openTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

for (const kind of ['password', 'bearer'] as const) {
  const openWorld = () => openTenantWorld(tenant, kind);
  const selection = await casesFor(openWorld);
  describe(`conformance on tenant-sim, ${kind}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot('not-applicable-tenant-sim.json')); // one for both
    it('meets no defect of the server', () => expect(selection.defects).toEqual([]));
    for (const c of selection.applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
