import { secret } from '@signalbox/core';
import type { Transaction } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { fence } from '../leases/fence.ts';
import type { Holding } from '../leases/leases.ts';
import type { Schema } from '../schema/schema.ts';
import { effectRow, type NewEffect } from '../effects/row.ts';
import { chunksOf } from './chunks.ts';
import type { CursorState, BaselineRun, LedgerObject, ObjectIdentity, Place } from './objects.ts';

/** Everything that one batch changes. It happens in one transaction, or not at all. */
export interface LedgerWrite {
  /** Of the lease to receive. */
  readonly holding: Holding;
  /** In the order in which they are to be handed over. */
  readonly deliveries?: readonly NewDelivery[];
  /** Known objects that lie at another place now. What they had at that door before is forgotten. */
  readonly rebound?: readonly { readonly object: LedgerObject | { readonly kind: 'delivery'; readonly id: string }; readonly place: Place }[];
  /** Places that hold a known delivery after all. */
  readonly returned?: readonly Place[];
  readonly gone?: readonly Place[];
  readonly baseline?: readonly (Place & ObjectIdentity)[];
  /** Places of the baseline that turned out to hold something new. */
  readonly notBaseline?: readonly Place[];
  readonly sightings?: readonly (Place & ObjectIdentity & { readonly boundTo?: string })[];
  readonly cursor?: CursorPlace & Omit<CursorState, 'auditedAt'>;
  readonly run?: CursorPlace & { readonly state: BaselineRun['state']; readonly position?: string };
  readonly audited?: CursorPlace;
}

export interface CursorPlace {
  readonly door: string;
  readonly folder: string;
}

export interface NewDelivery extends ObjectIdentity {
  readonly id: string;
  readonly place: Place;
  /** JSON: what a consumer is told of the message. Kept sealed, until the delivery is closed. */
  readonly facts: string;
  /** The delivery that has the same Message-ID. */
  readonly sameMessageAs?: string;
  /** The outbox entry whose mail this is. */
  readonly own?: string;
  /** What is to be done because it came: journaled with it. */
  readonly effect?: NewEffect;
  /** W3C traceparent of how it was received. */
  readonly trace?: string;
}

/** Throws `lease.lost`, having changed nothing. */
export async function record(database: Database, keyring: Keyring, write: LedgerWrite): Promise<void> {
  const { mailbox } = write.holding;
  const effects = (write.deliveries ?? []).flatMap(({ id: delivery, facts, effect, trace }) => (effect ? [effectRow(keyring, { mailbox, delivery, facts: JSON.parse(facts), effect, trace })] : []));
  const sealed = (write.deliveries ?? []).map((delivery) => ({ delivery, ...keyring.seal('delivery', delivery.id, secret(delivery.facts)) }));
  await database.transaction(async (transaction) => {
    await fence(database, transaction, write.holding);
    const writer = createWriter(database, transaction, mailbox);
    await writer.rebind(write.rebound ?? []);
    await writer.dropBaseline(write.notBaseline ?? []);
    await writer.addDeliveries(sealed);
    for (const chunk of chunksOf(effects)) await transaction.insertInto('effect').values(chunk.map((row) => ({ ...row, due_at: database.now }))).execute();
    await writer.addBaseline(write.baseline ?? []);
    await writer.addSightings(write.sightings ?? []);
    await writer.markGone(write.gone ?? [], true);
    await writer.markGone(write.returned ?? [], false);
    await writer.saveProgress(write);
  });
}

interface SealedDelivery {
  readonly delivery: NewDelivery;
  readonly keyId: string;
  readonly sealed: string;
}

interface Writer {
  rebind(rebound: NonNullable<LedgerWrite['rebound']>): Promise<void>;
  addDeliveries(sealed: readonly SealedDelivery[]): Promise<void>;
  addBaseline(rows: readonly (Place & ObjectIdentity)[]): Promise<void>;
  dropBaseline(places: readonly Place[]): Promise<void>;
  addSightings(rows: NonNullable<LedgerWrite['sightings']>): Promise<void>;
  markGone(places: readonly Place[], gone: boolean): Promise<void>;
  saveProgress(write: LedgerWrite): Promise<void>;
}

function createWriter({ now }: Database, db: Transaction<Schema>, mailbox: string): Writer {
  const putRefs = async (refs: readonly (Place & { readonly delivery: string })[]): Promise<void> => {
    for (const chunk of chunksOf(refs)) {
      await db
        .insertInto('ref')
        .values(chunk.map(({ door, folder, key, delivery }) => ({ mailbox, door, folder, key, delivery, gone_at: null })))
        // A key that belonged to another message before a restore belongs to this one now.
        .onConflict((conflict) => conflict.columns(['mailbox', 'door', 'key', 'folder']).doUpdateSet((row) => ({ delivery: row.ref('excluded.delivery'), gone_at: null })))
        .execute();
    }
  };
  const addBaseline: Writer['addBaseline'] = async (rows) => {
    for (const chunk of chunksOf(rows)) {
      await db
        .insertInto('baseline')
        .values(chunk.map(({ door, folder, key, idKey = null, factsKey, arrivedAt }) => ({ mailbox, door, folder, key, id_key: idKey, facts_key: factsKey, arrived_at: arrivedAt })))
        .onConflict((conflict) =>
          conflict.columns(['mailbox', 'door', 'key', 'folder']).doUpdateSet((row) => ({ id_key: row.ref('excluded.id_key'), facts_key: row.ref('excluded.facts_key'), arrived_at: row.ref('excluded.arrived_at') })),
        )
        .execute();
    }
  };
  const dropBaseline: Writer['dropBaseline'] = async (places) => {
    for (const { door, folder, keys } of byFolder(places)) {
      for (const chunk of chunksOf(keys)) await db.deleteFrom('baseline').where('mailbox', '=', mailbox).where('door', '=', door).where('folder', '=', folder).where('key', 'in', chunk).execute();
    }
  };
  return {
    addBaseline,
    dropBaseline,
    async rebind(rebound) {
      const deliveries = rebound.filter(({ object }) => object.kind === 'delivery');
      const baseline = rebound.flatMap(({ object, place }) => (object.kind === 'baseline' ? [{ object, place }] : []));
      const byDoor = new Map<string, string[]>();
      for (const { object, place } of deliveries) byDoor.set(place.door, [...(byDoor.get(place.door) ?? []), object.id]);
      for (const [door, ids] of byDoor) {
        for (const chunk of chunksOf(ids)) await db.deleteFrom('ref').where('delivery', 'in', chunk).where('door', '=', door).execute();
      }
      await putRefs(deliveries.map(({ object, place }) => ({ ...place, delivery: object.id })));
      await dropBaseline(baseline.flatMap(({ object }) => object.refs));
      await addBaseline(baseline.map(({ object, place }) => ({ ...object, ...place })));
    },
    async addDeliveries(sealed) {
      if (sealed.length === 0) return;
      const { next_sequence: end } = await db
        .updateTable('mailbox')
        .set((row) => ({ next_sequence: row('next_sequence', '+', sealed.length) }))
        .where('id', '=', mailbox)
        .returning('next_sequence')
        .executeTakeFirstOrThrow();
      const first = end - sealed.length;
      const rows = sealed.map(({ delivery: { id, idKey = null, factsKey, contentKey = null, arrivedAt, sameMessageAs = null, own = null, trace = null }, keyId, sealed: facts }, index) => ({
        id,
        mailbox,
        sequence: first + index,
        state: 'open' as const,
        id_key: idKey,
        facts_key: factsKey,
        content_key: contentKey,
        arrived_at: arrivedAt,
        sealed: facts,
        key_id: keyId,
        same_message_as: sameMessageAs,
        own,
        trace,
        attempts: 0,
        due_at: now,
        created_at: now,
      }));
      for (const chunk of chunksOf(rows)) await db.insertInto('delivery').values(chunk).execute();
      await putRefs(sealed.map(({ delivery }) => ({ ...delivery.place, delivery: delivery.id })));
    },
    async addSightings(rows) {
      for (const chunk of chunksOf(rows)) {
        await db
          .insertInto('sighting')
          .values(chunk.map(({ door, folder, key, idKey = null, factsKey, arrivedAt, boundTo = null }) => ({ mailbox, door, folder, key, id_key: idKey, facts_key: factsKey, arrived_at: arrivedAt, seen_at: now, bound_to: boundTo })))
          .onConflict((conflict) => conflict.columns(['mailbox', 'door', 'folder', 'key']).doUpdateSet((row) => ({ bound_to: row.ref('excluded.bound_to') })))
          .execute();
      }
    },
    async markGone(places, gone) {
      for (const { door, folder, keys } of byFolder(places)) {
        for (const chunk of chunksOf(keys)) {
          const query = db.updateTable('ref').set({ gone_at: gone ? now : null }).where('mailbox', '=', mailbox).where('door', '=', door).where('folder', '=', folder).where('key', 'in', chunk);
          await query.where('gone_at', gone ? 'is' : 'is not', null).execute();
        }
      }
    },
    async saveProgress({ cursor, run, audited }) {
      if (cursor) {
        const { cursor: position, sweptAt, state, ...place } = cursor;
        const values = { cursor: position, swept_at: sweptAt, state, updated_at: now };
        await db
          .insertInto('cursor')
          .values({ mailbox, ...place, ...values, audited_at: null })
          .onConflict((conflict) => conflict.columns(['mailbox', 'door', 'folder']).doUpdateSet(values))
          .execute();
      }
      if (run) {
        const { door, folder, state, position = null } = run;
        const values = { state, position, finished_at: state === 'finished' ? now : null };
        await db
          .insertInto('baseline_run')
          .values({ mailbox, door, folder, ...values, began_at: now })
          .onConflict((conflict) => conflict.columns(['mailbox', 'door', 'folder']).doUpdateSet(values))
          .execute();
      }
      if (audited) await db.updateTable('cursor').set({ audited_at: now }).where('mailbox', '=', mailbox).where('door', '=', audited.door).where('folder', '=', audited.folder).execute();
    },
  };
}

interface FolderKeys extends CursorPlace {
  readonly keys: string[];
}

function byFolder(places: readonly Place[]): readonly FolderKeys[] {
  const groups = new Map<string, FolderKeys>();
  for (const { door, folder, key } of places) {
    const name = JSON.stringify([door, folder]);
    const group = groups.get(name);
    if (group) group.keys.push(key);
    else groups.set(name, { door, folder, keys: [key] });
  }
  return [...groups.values()];
}
