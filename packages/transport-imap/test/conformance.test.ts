import { readFile } from 'node:fs/promises';
import { casesFor, type OpenWorld, runCase } from '@signalbox/conformance';
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

const list = new URL('not-applicable.json', import.meta.url);
const committed = JSON.parse(await readFile(list, 'utf8')) as Record<string, Record<string, string>>;

for (const [name, openWorld] of Object.entries(WORLDS)) {
  const { applicable, notApplicable, defects } = await casesFor(openWorld);
  describe(`conformance ${name}`, () => {
    it('leaves out exactly the cases of the committed list', () => {
      expect(Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing]))).toEqual(committed[name] ?? {});
    });
    // A defect that has healed must leave the list (docs/quirks/hoodiecrow.md).
    for (const { case: c, reason } of defects) it(`server defect ${c.id}: ${reason}`, () => expect(runCase(c, openWorld)).rejects.toMatchObject({ code: 'ERR_ASSERTION' }));
    for (const c of applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}
