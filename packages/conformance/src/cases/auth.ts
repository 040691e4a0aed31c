import assert from 'node:assert/strict';
import { isMailError } from '@signalbox/core';
import type { Case } from '../case.ts';
import { cutConnections, work } from '../support/fresh.ts';
import { stillWorks } from '../support/aborting.ts';
import { faultOf } from '../support/parts.ts';
import { rejects } from '../support/rejects.ts';
import { revealsNone } from '../support/secrets.ts';
import { within } from '../support/within.ts';

const REFUSALS = ['auth.rejected', 'auth.interaction-required', 'auth.method-disabled', 'auth.wrong-account', 'access.denied'] as const;

export const AUTH_CASES: readonly Case[] = [
  {
    id: 'auth/refused-at-open',
    title: 'does not open when its credential is refused, and says who can help',
    needs: { faults: ['refuseCredentials'] },
    async run(world, { settleMs }) {
      await using _ = await faultOf(world, 'refuseCredentials')();
      const error = await rejects(within(settleMs, world.reopen(), 'opening'), REFUSALS, 'opening with a refused credential');
      assert.ok(error.remedy, 'a person can help, and is not told how');
      assert.match(error.remedy.text, /\S/);
      assert.equal(error.retry, 'after-remedy', 'a refused credential must not be tried again');
    },
  },
  {
    id: 'auth/refused-once',
    title: 'hands a refused credential back once and then gives up, before the account is locked',
    needs: { faults: ['refuseCredentials', 'credentialRequests'] },
    async run(world, { settleMs }) {
      await using _ = await faultOf(world, 'refuseCredentials')();
      const requests = faultOf(world, 'credentialRequests');
      const before = requests();
      await rejects(within(settleMs, world.reopen(), 'opening'), REFUSALS, 'opening with a refused credential');
      const after = requests();
      assert.equal(after.rejected - before.rejected, 1, 'times a refused credential was handed back');
      assert.ok(after.asked - before.asked <= 2, `asked ${after.asked - before.asked} times for a credential`);
    },
  },
  {
    id: 'auth/renewed-credential',
    title: 'uses the fresh credential it gets for a refused one',
    needs: { faults: ['renewCredential', 'credentialRequests'] },
    async run(world, limits) {
      await work(world, limits);
      await faultOf(world, 'renewCredential')();
      await cutConnections(world);
      await stillWorks(() => work(world, limits), limits);
      assert.ok(faultOf(world, 'credentialRequests')().rejected >= 1, 'the stale credential was never handed back');
    },
  },
  {
    id: 'auth/asks-as-declared',
    title: 'asks only for the kinds of credential its manifest names',
    needs: { faults: ['credentialRequests'], world: ['plugin'] },
    async run(world) {
      const declared = world.plugin?.credentials ?? [];
      const { asked, accepted } = faultOf(world, 'credentialRequests')();
      assert.ok(asked > 0, 'no credential was ever asked for');
      for (const kind of accepted ?? []) assert.ok(declared.includes(kind), `asks for ${kind}, declares ${declared.join(', ')}`);
    },
  },
  {
    id: 'auth/probe-passes',
    title: 'reports a working mailbox as working, in a check per facet',
    async run({ transport, plugin }, { settleMs }) {
      const { checks } = await within(settleMs, transport.probe.check(), 'the probe');
      const failed = checks.filter(({ status }) => status !== 'pass').map(({ name, status }) => `${name} ${status}`);
      assert.deepEqual(failed, []);
      const names = checks.map(({ name }) => name);
      for (const facet of ['receive', 'mutate', 'send'] as const) {
        if (!names.includes(facet)) continue;
        assert.ok(transport[facet], `the probe checks ${facet}, which the transport does not have`);
      }
      const signsIn = plugin?.credentials.length !== 0;
      assert.ok(names.includes('authenticate') || !signsIn, 'the probe does not say whether signing in works');
      for (const { name, durationMs } of checks) assert.ok(durationMs >= 0 && Number.isFinite(durationMs), `${name} took ${durationMs} ms`);
    },
  },
  {
    id: 'auth/probe-tells-refusal',
    title: 'reports a refused credential as a failed check with a remedy, without throwing',
    needs: { faults: ['refuseCredentials'] },
    async run(world, { settleMs }) {
      await using _ = await faultOf(world, 'refuseCredentials')();
      await cutConnections(world);
      const { checks } = await within(settleMs, world.transport.probe.check(), 'the probe');
      const failed = checks.flatMap((check) => (check.status === 'fail' ? [check] : []));
      assert.equal(failed.length, 1, 'after a failure the rest is skipped');
      const [refusal] = failed;
      assert.ok(refusal && isMailError(refusal.error) && REFUSALS.some((code) => code === refusal.error.code), `the check fails with ${refusal?.error.code}`);
      assert.ok(refusal.error.remedy, 'a person can help, and is not told how');
      const rest = checks.slice(checks.indexOf(refusal) + 1);
      assert.deepEqual(rest.filter(({ status }) => status !== 'skipped'), [], 'checks after a failure are skipped');
    },
  },
  {
    id: 'auth/errors-reveal-nothing',
    title: 'shows no password or token in the error about a refused credential',
    needs: { faults: ['refuseCredentials'], world: ['secrets'] },
    async run(world, { settleMs }) {
      await using _ = await faultOf(world, 'refuseCredentials')();
      const error = await rejects(within(settleMs, world.reopen(), 'opening'), REFUSALS, 'opening with a refused credential');
      revealsNone(world, error, 'the error');
      revealsNone(world, JSON.stringify(error), 'the error as JSON');
    },
  },
  {
    id: 'auth/logs-reveal-nothing',
    title: 'logs no password, token or message text, whatever happens',
    needs: { world: ['secrets', 'logged'] },
    async run(world, limits) {
      await work(world, limits);
      await cutConnections(world);
      await stillWorks(() => work(world, limits), limits);
      await world.transport.probe.check();
      for (const entry of world.logged?.() ?? []) {
        revealsNone(world, entry, `the log event ${entry.event}`);
        assert.match(entry.event, /^[a-z0-9]+([.-][a-z0-9]+)+$/, 'events are names, not sentences');
      }
    },
  },
];
