import { casesFor, notApplicableJson, type OpenWorld, runCase } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { openLocalWorld } from './world.ts';

/** As little as a server can have: no IDLE, MOVE, UIDPLUS, SPECIAL-USE, NAMESPACE, ID or ENABLE, and no keywords of one's own. */
const BARE = { extensions: ['LITERALPLUS'], keywords: 'system', config: { folders: { archive: 'Archive', trash: 'Deleted Items', sent: 'Sent Items', drafts: 'Drafts' } } } as const;

const WORLDS: Readonly<Record<string, OpenWorld>> = {
  'with a password': () => openLocalWorld({ credential: 'password' }),
  'with a token, over STARTTLS': () => openLocalWorld({ credential: 'bearer', tls: 'starttls' }),
  'with a server that has no extensions': () => openLocalWorld({ credential: 'password', ...BARE }),
  'with one connection': () => openLocalWorld({ credential: 'bearer', config: { maxConnections: 1 } }),
};

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const selection = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot(`not-applicable/${name.replaceAll(/[ ,]+/g, '-')}.json`));
    it('meets no defect of the server', () => expect(selection.defects).toEqual([]));
    for (const c of selection.applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
