import { casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { worldsOf } from '../src/index.ts';
import { lab } from './lab.ts';

/** By the server's name, the cases it cannot pass at any of its doors. */
const defects = new Map<string, Set<string>>();

for (const [name, openWorld] of worldsOf(lab)) {
  const selection = await casesFor(openWorld);
  const [, server = name] = / on (.*),/.exec(name) ?? [];
  defects.set(server, new Set([...(defects.get(server) ?? []), ...selection.defects.map(({ case: { id } }) => id)]));
  describe(`conformance: ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`));
    // Each on an account of its own, and most of the time waiting for a server.
    for (const c of selection.applicable.filter(({ alone }) => !alone)) it.concurrent(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
    for (const c of selection.applicable.filter(({ alone }) => alone)) it(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
    // A defect that has healed must leave the list.
    for (const { case: c, reason } of selection.defects) it(`server defect ${c.id}: ${reason}`, () => expect(runCase(c, openWorld)).rejects.toMatchObject({ code: 'ERR_ASSERTION' }));
  });
}

describe('each server', () => {
  it.each([...defects])('has at most three defects, all its doors together: %s', (_server, ids) => {
    expect([...ids].slice(3)).toEqual([]);
  });
});
