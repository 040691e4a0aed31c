import { secret } from '@signalbox/core';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createEffects } from '../../src/effects/effects.ts';
import { createAudit } from '../../src/deployment/audit.ts';
import { createRevisions } from '../../src/deployment/revisions.ts';
import { fence } from '../../src/leases/fence.ts';
import { createRetention, type RetentionRules } from '../../src/retention/retention.ts';
import { backends } from '../backends.ts';
import { delivery, DOOR, type LedgerWorld, openWorld } from '../ledger-world.ts';

const DAY = 86_400_000;
const RULES: RetentionRules = { ledgerMs: 30 * DAY, effectsMs: 30 * DAY, revisionsMs: 30 * DAY, auditMs: 30 * DAY };
const NOTHING = { deliveries: 0, sightings: 0, effects: 0, revisions: 0, audit: 0 };
const noPause = async (): Promise<void> => {};

/** As if these columns had been written so many days earlier. */
const age = async ({ db }: Database, table: string, column: string, days: number, where = sql`1 = 1`): Promise<void> => {
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)} - ${days * DAY} where ${sql.ref(column)} is not null and ${where}`.execute(db);
};

const idsIn = async ({ database }: LedgerWorld): Promise<readonly string[]> => (await database.db.selectFrom('delivery').select('id').orderBy('id').execute()).map(({ id }) => id);
const place = (id: string) => ({ door: DOOR, folder: 'INBOX', key: `1.${id}` });
const INBOX = { door: DOOR, folder: 'INBOX' };

describe.each(backends)('what has had its time on $name', (backend) => {
  it('goes when it is closed and its message has been gone for long, and not a day before', async () => {
    await using world = await openWorld(backend);
    const { database, ledger, deliveries } = world;
    const retention = createRetention(database);
    const holding = await world.hold('sales');
    const ids = ['closed-and-gone', 'closed-and-there', 'closed-gone-lately', 'open-and-gone', 'dead-and-gone', 'there-at-another-place'];
    await ledger.record({ holding, deliveries: ids.map((id) => delivery(id)) });
    await deliveries.ack({ ids: ids.filter((id) => !/^(?:open|dead)/.test(id)) });
    await database.db.updateTable('delivery').set({ state: 'dead' }).where('id', '=', 'dead-and-gone').execute();
    await ledger.record({ holding, gone: ids.filter((id) => !id.endsWith('there')).map(place) });
    await database.db.insertInto('ref').values({ mailbox: 'sales', door: 'graph', folder: 'inbox', key: 'x', delivery: 'there-at-another-place', gone_at: null }).execute();
    expect(await retention.sweep(RULES, noPause)).toEqual(NOTHING);
    await age(database, 'delivery', 'closed_at', 31);
    await age(database, 'ref', 'gone_at', 31, sql`delivery <> 'closed-gone-lately'`);
    await age(database, 'ref', 'gone_at', 29, sql`delivery = 'closed-gone-lately'`);
    expect(await retention.sweep(RULES, noPause)).toEqual({ ...NOTHING, deliveries: 1 });
    expect(await idsIn(world)).toEqual(ids.filter((id) => id !== 'closed-and-gone').toSorted());
    expect(await database.db.selectFrom('ref').selectAll().where('delivery', '=', 'closed-and-gone').execute()).toEqual([]);
    expect(await retention.sweep(RULES, noPause)).toEqual(NOTHING);
  });

  it('stays while a position is kept from before its message left, by which it may be shown again', async () => {
    await using world = await openWorld(backend);
    const { database, ledger, deliveries } = world;
    const retention = createRetention(database);
    const holding = await world.hold('sales');
    await ledger.record({ holding, deliveries: [delivery('a')], cursor: { door: 'graph', folder: 'inbox', cursor: 'old', sweptAt: Date.now() - 40 * DAY, state: 'delivering' } });
    await deliveries.ack({ ids: ['a'] });
    await ledger.record({ holding, gone: [place('a')], cursor: { ...INBOX, cursor: 'new', sweptAt: Date.now(), state: 'delivering' } });
    await age(database, 'delivery', 'closed_at', 35);
    await age(database, 'ref', 'gone_at', 35);
    expect(await retention.sweep(RULES, noPause)).toEqual(NOTHING);
    await ledger.record({ holding, cursor: { door: 'graph', folder: 'inbox', cursor: 'newer', sweptAt: Date.now(), state: 'delivering' } });
    expect(await retention.sweep(RULES, noPause)).toEqual({ ...NOTHING, deliveries: 1 });
  });

  it('stays when its message comes back while it is about to go', async () => {
    await using world = await openWorld(backend);
    const { database, ledger, deliveries } = world;
    const holding = await world.hold('sales');
    await ledger.record({ holding, deliveries: [delivery('a')] });
    await deliveries.ack({ ids: ['a'] });
    await ledger.record({ holding, gone: [place('a')] });
    await age(database, 'delivery', 'closed_at', 31);
    await age(database, 'ref', 'gone_at', 31);
    const begun = Promise.withResolvers<void>();
    const returning = database.transaction(async (transaction) => {
      await fence(database, transaction, holding);
      await transaction.updateTable('ref').set({ gone_at: null }).where('delivery', '=', 'a').execute();
      begun.resolve();
      await new Promise((resolve) => setTimeout(resolve, 200)); // meanwhile the other one comes as far as it can
    });
    await begun.promise;
    const swept = createRetention(database).sweep(RULES, noPause);
    await returning;
    expect(await swept).toEqual(NOTHING);
    expect(await idsIn(world)).toEqual(['a']);
  });

  it('goes in portions, between which others get their turn', { timeout: 30_000 }, async () => {
    await using world = await openWorld(backend);
    const { database, ledger, deliveries } = world;
    const holding = await world.hold('sales');
    const ids = Array.from({ length: 1_200 }, (_, index) => `d${index}`);
    await ledger.record({ holding, deliveries: ids.map((id) => delivery(id)) });
    await deliveries.ack({ ids });
    await ledger.record({ holding, gone: ids.map(place) });
    await age(database, 'delivery', 'closed_at', 31);
    await age(database, 'ref', 'gone_at', 31);
    const left: number[] = [];
    const pause = async (): Promise<void> => void left.push((await idsIn(world)).length);
    expect(await createRetention(database).sweep(RULES, pause)).toMatchObject({ deliveries: 1_200 });
    expect(left).toEqual([700, 200]);
    const stop = new Error('The router ends.');
    await ledger.record({ holding, deliveries: ids.map((id) => delivery(`again-${id}`)) });
    await deliveries.ack({ ids: ids.map((id) => `again-${id}`) });
    await ledger.record({ holding, gone: ids.map((id) => place(`again-${id}`)) });
    await age(database, 'delivery', 'closed_at', 31);
    await age(database, 'ref', 'gone_at', 31);
    await expect(createRetention(database).sweep(RULES, async () => Promise.reject(stop))).rejects.toBe(stop);
    expect((await idsIn(world)).length).toBe(700);
  });

  it('goes of failed effects, sightings that nobody needs, replaced revisions and the audit log, each by its own rule', async () => {
    await using world = await openWorld(backend);
    const { database, ledger, deliveries } = world;
    await using other = await backend.makePlace();
    const [retention, effects, audit, revisions] = [createRetention(database), createEffects(database, other.keyring), createAudit(database), createRevisions(database, other.keyring)];
    const holding = await world.hold('sales');
    const effect = { kind: 'move', target: 'Done' };
    await ledger.record({ holding, deliveries: [delivery('a', { effect }), delivery('b', { effect })] });
    await deliveries.ack({ ids: ['a', 'b'] });
    const [failed] = await database.db.selectFrom('effect').select('id').execute();
    await effects.failed(failed!.id, 'folder.not-found');
    const seen = { factsKey: 'f', arrivedAt: 1 };
    await ledger.record({ holding, sightings: [{ door: 'graph', folder: 'inbox', key: 'x', ...seen }, { ...place('a'), ...seen }], cursor: { door: 'graph', folder: 'inbox', cursor: 'c', sweptAt: Date.now(), state: 'shadowing' } });
    for (let number = 0; number < 5; number += 1) await revisions.deploy({ text: secret('text'), digest: `${number}`, summary: '', who: 'ada', after: number });
    for (const what of ['one', 'two']) await audit.write({ who: 'ada', what, subject: 'sales' });
    expect(await retention.sweep(RULES, noPause)).toEqual(NOTHING);
    await age(database, 'effect', 'due_at', 31);
    await age(database, 'sighting', 'seen_at', 31);
    await age(database, 'revision', 'applied_at', 31, sql`number < 4`);
    await age(database, 'audit', 'at', 31, sql`what = 'one'`);
    expect(await retention.sweep({}, noPause)).toEqual(NOTHING); // for ever
    expect(await retention.sweep(RULES, noPause)).toEqual({ deliveries: 0, sightings: 1, effects: 1, revisions: 2, audit: 1 });
    expect((await revisions.list()).map(({ number }) => number)).toEqual([5, 4, 3]); // the third was replaced a moment ago
    expect((await database.db.selectFrom('sighting').select('door').execute()).map(({ door }) => door)).toEqual(['graph']); // somebody shadows there
    await age(database, 'revision', 'applied_at', 31);
    expect(await retention.sweep(RULES, noPause)).toEqual({ ...NOTHING, revisions: 1 });
    expect((await revisions.list()).map(({ number }) => number)).toEqual([5, 4]); // the one in force and the one before it stay
    await revisions.deploy({ text: secret('text'), digest: '6', summary: '', who: 'ada', after: 5 });
  });

  it('is seen to by one process at a time', async () => {
    await using place = await backend.makePlace();
    const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
    const claims = await Promise.all(stores.map(({ retention }) => retention.claim('retention', 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await stores[0]!.retention.claim('something-else', 60_000)).toBe(true);
    const database = await place.openDatabase();
    await age(database, 'duty', 'due_at', 1);
    expect((await Promise.all(stores.map(({ retention }) => retention.claim('retention', 60_000)))).filter(Boolean)).toHaveLength(1);
  });
});
