import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema/schema.ts';
import { chunksOf, inChunks } from './chunks.ts';
import type { LedgerObject, ObjectIdentity, ObjectRef, Place } from './objects.ts';

/** What the sightings of a batch may be. */
export interface KnownQuery {
  readonly mailbox: string;
  readonly sightings: readonly (Place & ObjectIdentity)[];
  /** Arrivals that lie further apart never bind, in milliseconds. */
  readonly toleranceMs: number;
  /** Also those with the same facts and another Message-ID. */
  readonly byFacts: boolean;
}

/**
 * Every object that one of the sightings may be: the same key at its door, or the same Message-ID (the same facts where it has none) at about
 * the same time.
 */
export async function findKnown(db: Kysely<Schema>, query: KnownQuery): Promise<readonly LedgerObject[]> {
  const [deliveries, baseline] = [new Map<string, DeliveryRow>(), new Map<string, BaselineRow>()];
  // By arrival, so that what is asked together lies close together in time: a Message-ID that a robot uses for ever has many rows.
  for (const sightings of chunksOf(query.sightings.toSorted((a, b) => a.arrivedAt - b.arrivedAt), 200)) {
    for (const row of await findDeliveries(db, { ...query, sightings })) deliveries.set(row.id, row);
    for (const row of await findBaseline(db, { ...query, sightings })) baseline.set(JSON.stringify([row.door, row.folder, row.key]), row);
  }
  const refs = await findRefs(db, [...deliveries.keys()]);
  return [
    ...[...deliveries.values()].map((row): LedgerObject => ({ id: row.id, kind: 'delivery', ...identityOf(row), ...(row.content_key !== null && { contentKey: row.content_key }), refs: refs.get(row.id) ?? [] })),
    ...[...baseline].map(([id, row]): LedgerObject => ({ id, kind: 'baseline', ...identityOf(row), refs: [{ door: row.door, folder: row.folder, key: row.key, gone: false }] })),
  ];
}

interface IdentityRow {
  readonly id_key: string | null;
  readonly facts_key: string;
  readonly arrived_at: number;
}

interface DeliveryRow extends IdentityRow {
  readonly id: string;
  readonly content_key: string | null;
}

interface BaselineRow extends IdentityRow, Place {}

const identityOf = ({ id_key: idKey, facts_key: factsKey, arrived_at: arrivedAt }: IdentityRow): ObjectIdentity => ({ ...(idKey !== null && { idKey }), factsKey, arrivedAt });

/** The values that one statement asks for. */
interface Asked {
  readonly keysByDoor: ReadonlyMap<string, readonly string[]>;
  readonly idKeys: readonly string[];
  readonly factsKeys: readonly string[];
  readonly from: number;
  readonly to: number;
}

function askedBy({ sightings, toleranceMs, byFacts }: KnownQuery): Asked {
  const keysByDoor = new Map<string, string[]>();
  for (const { door, key } of sightings) {
    const keys = keysByDoor.get(door);
    if (keys) keys.push(key);
    else keysByDoor.set(door, [key]);
  }
  const arrivals = sightings.map(({ arrivedAt }) => arrivedAt);
  return {
    keysByDoor,
    idKeys: [...new Set(sightings.map(({ idKey }) => idKey).filter((key) => key !== undefined))],
    factsKeys: [...new Set(sightings.filter(({ idKey }) => byFacts || idKey === undefined).map(({ factsKey }) => factsKey))],
    from: Math.min(...arrivals) - toleranceMs,
    to: Math.max(...arrivals) + toleranceMs,
  };
}

async function findDeliveries(db: Kysely<Schema>, query: KnownQuery): Promise<readonly DeliveryRow[]> {
  const { mailbox } = query;
  const { keysByDoor, idKeys, factsKeys, from, to } = askedBy(query);
  const columns = ['delivery.id', 'delivery.id_key', 'delivery.facts_key', 'delivery.content_key', 'delivery.arrived_at'] as const;
  const found: DeliveryRow[] = [];
  for (const [door, keys] of keysByDoor) {
    found.push(...(await db.selectFrom('ref').innerJoin('delivery', 'delivery.id', 'ref.delivery').select(columns).where('ref.mailbox', '=', mailbox).where('ref.door', '=', door).where('ref.key', 'in', keys).execute()));
  }
  const about = db.selectFrom('delivery').select(columns).where('mailbox', '=', mailbox).where('arrived_at', '>=', from).where('arrived_at', '<=', to);
  if (idKeys.length > 0) found.push(...(await about.where('id_key', 'in', idKeys).execute()));
  if (factsKeys.length > 0) found.push(...(await about.where('facts_key', 'in', factsKeys).execute()));
  return found;
}

async function findBaseline(db: Kysely<Schema>, query: KnownQuery): Promise<readonly BaselineRow[]> {
  const { mailbox } = query;
  const { keysByDoor, idKeys, factsKeys, from, to } = askedBy(query);
  const rows = db.selectFrom('baseline').select(['door', 'folder', 'key', 'id_key', 'facts_key', 'arrived_at']).where('mailbox', '=', mailbox);
  const found: BaselineRow[] = [];
  for (const [door, keys] of keysByDoor) found.push(...(await rows.where('door', '=', door).where('key', 'in', keys).execute()));
  const about = rows.where('arrived_at', '>=', from).where('arrived_at', '<=', to);
  if (idKeys.length > 0) found.push(...(await about.where('id_key', 'in', idKeys).execute()));
  if (factsKeys.length > 0) found.push(...(await about.where('facts_key', 'in', factsKeys).execute()));
  return found;
}

async function findRefs(db: Kysely<Schema>, ids: readonly string[]): Promise<ReadonlyMap<string, readonly ObjectRef[]>> {
  const rows = await inChunks(ids, (chunk) => db.selectFrom('ref').select(['door', 'folder', 'key', 'delivery', 'gone_at']).where('delivery', 'in', chunk).execute());
  const refs = new Map<string, ObjectRef[]>();
  for (const { delivery, gone_at: goneAt, ...place } of rows) {
    const ref: ObjectRef = { ...place, gone: goneAt !== null };
    const of = refs.get(delivery);
    if (of) of.push(ref);
    else refs.set(delivery, [ref]);
  }
  return refs;
}

/** The first delivery with each of these Message-IDs, however long ago. */
export async function findFirstWithId(db: Kysely<Schema>, mailbox: string, idKeys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await inChunks(idKeys, (chunk) =>
    db
      .selectFrom('delivery')
      .innerJoin(
        (from) =>
          from
            .selectFrom('delivery')
            .select(({ fn }) => ['id_key', fn.min('sequence').as('first')])
            .where('mailbox', '=', mailbox)
            .where('id_key', 'in', chunk)
            .groupBy('id_key')
            .as('earliest'),
        (join) => join.onRef('delivery.sequence', '=', 'earliest.first'),
      )
      .select(['delivery.id', 'delivery.id_key'])
      .where('delivery.mailbox', '=', mailbox)
      .execute(),
  );
  return new Map(rows.flatMap(({ id, id_key: idKey }) => (idKey === null ? [] : [[idKey, id] as const])));
}

/** The outbox entries whose mail these Message-IDs name. */
export async function findOwn(db: Kysely<Schema>, mailbox: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await inChunks(messageIds, (chunk) => db.selectFrom('outbox').select(['id', 'message_id']).where('mailbox', '=', mailbox).where('message_id', 'in', chunk).execute());
  return new Map(rows.map(({ id, message_id: messageId }) => [messageId, id]));
}

/** Where deliveries of one folder are believed to lie, a page at a time. */
export interface HeldQuery {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  /** Those whose key comes after this one, in the order of the database. */
  readonly after?: string;
  readonly limit: number;
}

/** While something is still to be done with a message, where it lies is about to change: such places are passed over. */
export async function findHeld(db: Kysely<Schema>, { mailbox, door, folder, after, limit }: HeldQuery): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('ref')
    .select('key')
    .where('mailbox', '=', mailbox)
    .where('door', '=', door)
    .where('folder', '=', folder)
    .where('gone_at', 'is', null)
    .$if(after !== undefined, (query) => query.where('key', '>', after ?? ''))
    .where(sql<boolean>`not exists (select 1 from effect where effect.mailbox = ref.mailbox and effect.delivery = ref.delivery and effect.state = 'waiting')`)
    .orderBy('key')
    .limit(limit)
    .execute();
  return rows.map(({ key }) => key);
}
