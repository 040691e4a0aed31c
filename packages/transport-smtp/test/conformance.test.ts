import { casesFor, notApplicableJson, type OpenWorld, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { openLocalWorld } from './world.ts';

const WORLDS: Readonly<Record<string, OpenWorld>> = {
  'with a password': () => openLocalWorld({ credential: 'password' }),
  'with a token, over STARTTLS': () => openLocalWorld({ credential: 'bearer', tls: 'starttls' }),
  'with a server that has no extensions': () => openLocalWorld({ credential: 'password', server: { without: ['PIPELINING', '8BITMIME', 'SMTPUTF8'], mechanisms: ['LOGIN'] } }),
  'with one connection': () => openLocalWorld({ credential: 'bearer', config: { maxConnections: 1 } }),
};

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const selection = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot('not-applicable.json')); // one for all
    it('meets no defect of the server', () => expect(selection.defects).toEqual([]));
    for (const c of selection.applicable) {
      it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
    }
  });
}
