import { readFile } from 'node:fs/promises';
import { casesFor, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { openTenant, openTenantWorld } from './tenant-world.ts';

const list = new URL('not-applicable-tenant-sim.json', import.meta.url);
const committed = JSON.parse(await readFile(list, 'utf8')) as Record<string, string>;
const tenant = await openTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

for (const kind of ['password', 'bearer'] as const) {
  const openWorld = () => openTenantWorld(tenant, kind);
  const { applicable, notApplicable, defects } = await casesFor(openWorld);
  describe(`conformance on tenant-sim, ${kind}`, () => {
    it('leaves out exactly the cases of the committed list', () => {
      expect(Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing]))).toEqual(committed);
      expect(defects).toEqual([]);
    });
    for (const c of applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
