import { readFile } from 'node:fs/promises';
import { casesFor, type OpenWorld, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { openLocalWorld } from './world.ts';

const WORLDS: Readonly<Record<string, OpenWorld>> = {
  'with a password': () => openLocalWorld({ credential: 'password' }),
  'with a token, over STARTTLS': () => openLocalWorld({ credential: 'bearer', tls: 'starttls' }),
  'with a server that has no extensions': () => openLocalWorld({ credential: 'password', server: { without: ['PIPELINING', '8BITMIME', 'SMTPUTF8'], mechanisms: ['LOGIN'] } }),
  'with one connection': () => openLocalWorld({ credential: 'bearer', config: { maxConnections: 1 } }),
};

const list = new URL('not-applicable.json', import.meta.url);
const committed = JSON.parse(await readFile(list, 'utf8')) as Record<string, string>;

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const { applicable, notApplicable, defects } = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => {
      expect(Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing]))).toEqual(committed);
      expect(defects).toEqual([]);
    });
    for (const c of applicable) {
      it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
    }
  });
}
