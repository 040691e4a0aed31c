import { type CaseGroup, casesFor, notApplicableJson, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { graphWithEntra, imapWithEntra, openContoso, smtpWithEntra } from '../src/index.ts';

const entra = await openContoso();
afterAll(() => entra[Symbol.asyncDispose]());

const WORLDS = [
  ['imap', 'the application', () => imapWithEntra(entra, { grant: 'client-credentials', withdrawing: true })],
  ['imap', 'a sign-in', () => imapWithEntra(entra, { grant: 'delegated', withdrawing: true })],
  ['smtp', 'the application', () => smtpWithEntra(entra, { grant: 'client-credentials', withdrawing: true })],
  ['smtp', 'a sign-in', () => smtpWithEntra(entra, { grant: 'delegated', withdrawing: true })],
] as const;


for (const [transport, whose, openWorld] of WORLDS) {
  const selection = await casesFor(openWorld);
  describe(`conformance: ${transport} on tenant-sim, tokens of ${whose} by auth-entra`, () => {
    it('leaves out exactly the cases of the committed list', () => expect(notApplicableJson(selection)).toMatchFileSnapshot(`not-applicable-tenant-sim/${transport}-with-entra.json`));
    for (const c of selection.applicable) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));
  });
}

/** Where credentials matter; transport-graph goes through the whole suite with tokens of the tenant's. */
const GRAPH_GROUPS: readonly CaseGroup[] = ['auth', 'lifecycle', 'errors', 'receive', 'send'];
const openGraph = () => graphWithEntra(entra, { grant: 'client-credentials', withdrawing: true });
const { applicable } = await casesFor(openGraph);

describe('part of the suite: graph on tenant-sim, tokens of the application by auth-entra', () => {
  for (const c of applicable.filter(({ id }) => GRAPH_GROUPS.some((group) => id.startsWith(`${group}/`)))) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openGraph));
});

it('has had hundreds of its tokens withdrawn', () => {
  expect(entra.withdrawals).toBeGreaterThan(200);
});
