import { type CaseGroup, casesFor, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { dovecotWithEntra, openTrustedTenant } from '../src/index.ts';
import { lab } from './lab.ts';

const { dovecot } = lab;
if (!dovecot) throw new Error('The lab runs without Dovecot.');

const entra = await openTrustedTenant(lab);
afterAll(() => entra[Symbol.asyncDispose]());

/** Where credentials matter: Dovecot takes half a second to refuse a token, and the rest of the suite runs on it with tokens of the lab's own. */
const PARTS = [
  ['a sign-in', 'delegated', ['auth', 'lifecycle', 'errors', 'receive']],
  ['the application', 'client-credentials', ['auth', 'lifecycle']],
] as const satisfies readonly (readonly [string, string, readonly CaseGroup[]])[];

for (const [whose, grant, groups] of PARTS) {
  const openWorld = () => dovecotWithEntra(lab, dovecot, entra, grant);
  const { applicable } = await casesFor(openWorld);
  const chosen = applicable.filter(({ id }) => groups.some((group) => id.startsWith(`${group}/`)));
  describe(`part of the suite: imap on Dovecot, tokens of ${whose} by auth-entra`, () => {
    for (const c of chosen) it(`${c.id}: ${c.title}`, () => runCase(c, openWorld));
    it('has had a token withdrawn in each case', () => expect(entra.withdrawals).toBeGreaterThan(chosen.length));
  });
}
