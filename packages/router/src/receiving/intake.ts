import { randomUUID } from 'node:crypto';
import type { CallOptions, Clock, FolderId, MessageRef, MessageSummary, Receive } from '@signalbox/core';
import type { Limiter } from '@signalbox/kit';
import type { Holding, Ledger, LedgerObject, LedgerWrite, NewDelivery, Place } from '@signalbox/store';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { bind, type Binding, contested, type KnownObject, refsToAsk, type Sighting, TOLERANCE_MS } from './binding.ts';
import { contentKeyOf } from './content.ts';
import { READ_REPORT } from './effect-kinds.ts';
import { factsOf, writeFacts } from './facts.ts';
import { identityOf } from './identity.ts';
import { rewritesIds } from './rewriting.ts';
import { recordTraced, type Showing } from './traced-record.ts';

/** What was seen of a folder at once, and what is recorded with it. */
export interface Sightings {
  readonly folder: FolderId;
  readonly messages: readonly MessageSummary[];
  readonly removed?: readonly MessageRef[];
  /** For one that is not known: not delivered where the answer is `false`, but noted as having been there. Default: delivered. */
  readonly isWanted?: (message: MessageSummary) => boolean;
  /** The baseline is still being listed and may have noted what came meanwhile: what is reported as new is new. */
  readonly overBaseline?: boolean;
  readonly shown: Showing;
  readonly progress?: Pick<LedgerWrite, 'cursor' | 'run' | 'audited'>;
}

export interface Taken {
  readonly delivered: number;
  readonly rebound: number;
}

export interface IntakeOptions {
  readonly ledger: Ledger;
  readonly holding: Holding;
  readonly receive: Receive;
  /** The mailbox was read through another door before. */
  readonly otherDoors: boolean;
  /** One place, shared by all who write to the mailbox's ledger: what is decided rests on what was recorded before. */
  readonly turns: Limiter;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Turns what is seen at a door into deliveries, each object once. */
export interface Intake {
  /** Throws `lease.lost`, and what asking the server throws. Nothing is recorded then. */
  take(sightings: Sightings, options?: CallOptions): Promise<Taken>;
}

export function createIntake(context: IntakeOptions): Intake {
  return {
    async take(sightings, options) {
      using _turn = await context.turns.acquire(options?.signal);
      const bindings = await bindAll(context, sightings, options);
      const write = await writeOf(context, sightings, bindings, options);
      await recordTraced(context, write, sightings.shown);
      return { delivered: write.deliveries?.length ?? 0, rebound: write.rebound?.length ?? 0 };
    },
  };
}

interface Seen extends Sighting {
  readonly message: MessageSummary;
}

async function bindAll({ ledger, holding: { mailbox }, receive, otherDoors }: IntakeOptions, { messages }: Sightings, options?: CallOptions): Promise<readonly Binding<Seen>[]> {
  const door = receive.refSpace;
  // A transport may report a message twice; the ledger takes it once.
  const seen = [...new Map(messages.map((message) => [JSON.stringify(message.ref), { door, ...message.ref, ...identityOf(message), message }])).values()];
  if (seen.length === 0) return [];
  const known = await ledger.known({ mailbox, sightings: seen.map(placed), toleranceMs: TOLERANCE_MS, byFacts: otherDoors });
  const { refsSurviveMove } = receive.traits;
  const keys = new Map<Seen, string | undefined>();
  for (const sighting of contested<Seen>(seen, known, { refsSurviveMove })) keys.set(sighting, await contentKeyOf(receive, sighting.message.ref, options));
  const sightings = seen.map((sighting): Seen => withContent(sighting, keys.get(sighting)));
  const asked = refsToAsk(sightings, known, { refsSurviveMove });
  const keyOf = ({ folder, key }: MessageRef): string => JSON.stringify([folder, key]);
  const present = new Set(asked.length === 0 ? [] : (await receive.present(asked.map(({ folder, key }) => ({ folder, key })), options)).map(({ ref }) => keyOf(ref)));
  return bind(sightings, known, { refsSurviveMove, isPresent: (ref) => present.has(keyOf(ref)), rewritesIds: otherDoors && rewritesIds(sightings, known) });
}

const withContent = <Item extends object>(item: Item, contentKey: string | undefined): Item & { readonly contentKey?: string } => (contentKey === undefined ? item : { ...item, contentKey });

async function writeOf({ ledger, holding, receive }: IntakeOptions, sightings: Sightings, bindings: readonly Binding<Seen>[], options?: CallOptions): Promise<LedgerWrite> {
  const { isWanted = () => true, overBaseline = false, removed = [], progress } = sightings;
  const isNew = (binding: Binding<Seen>): boolean => binding.is === 'new' || (overBaseline && binding.is === 'known' && binding.object.kind === 'baseline');
  const fresh = bindings.filter(isNew);
  const wanted = fresh.filter(({ sighting }) => isWanted(sighting.message));
  const unwanted = fresh.filter(({ sighting }) => !isWanted(sighting.message)).map(({ sighting }) => placed(sighting));
  return {
    holding,
    deliveries: await withContents(receive, await deliveriesOf(ledger, holding.mailbox, wanted), options),
    baseline: unwanted,
    // Also where a key was given to another message than the one that was noted.
    notBaseline: wanted.map(({ sighting }) => placeOf(sighting)),
    rebound: bindings.flatMap((binding) => (binding.is === 'rebound' ? [{ object: toLedgerObject(binding.object), place: placeOf(binding.sighting) }] : [])),
    returned: bindings.flatMap((binding) => (binding.is === 'known' && binding.object.refs.some(({ gone }) => gone) ? [placeOf(binding.sighting)] : [])),
    gone: removed.map((ref) => ({ door: receive.refSpace, ...ref })),
    ...progress,
  };
}

/** What has no Message-ID is to be known again by what it holds, where the door may show it under another key. */
async function withContents(receive: Receive, deliveries: readonly NewDelivery[], options?: CallOptions): Promise<readonly NewDelivery[]> {
  if (receive.traits.refsSurviveMove) return deliveries;
  const complete: NewDelivery[] = [];
  for (const delivery of deliveries) {
    const { idKey, contentKey, place: { folder, key } } = delivery;
    complete.push(idKey !== undefined || contentKey !== undefined ? delivery : withContent(delivery, await contentKeyOf(receive, { folder, key }, options)));
  }
  return complete;
}

async function deliveriesOf(ledger: Ledger, mailbox: string, bindings: readonly Binding<Seen>[]): Promise<readonly NewDelivery[]> {
  if (bindings.length === 0) return [];
  const ids = new Map<Sighting | KnownObject, string>(bindings.map(({ sighting }) => [sighting, randomUUID()]));
  const alikeOf = (binding: Binding<Seen>): string | undefined => {
    const alike = binding.is === 'new' ? binding.sameMessageAs : undefined;
    return alike && ('refs' in alike ? alike.id : ids.get(alike));
  };
  const unmarked = bindings.filter((binding) => alikeOf(binding) === undefined).flatMap(({ sighting }) => (sighting.idKey === undefined ? [] : [sighting.idKey]));
  const earlier = await ledger.firstWithId(mailbox, [...new Set(unmarked)]);
  const own = await ledger.own(mailbox, bindings.flatMap(({ sighting: { message } }) => (message.messageId === undefined ? [] : [message.messageId])));
  return bindings.map((binding) => {
    const { sighting } = binding;
    const alike = alikeOf(binding) ?? (sighting.idKey === undefined ? undefined : earlier.get(sighting.idKey));
    const entry = sighting.message.messageId === undefined ? undefined : own.get(sighting.message.messageId);
    const { door, folder, key, message, ...identity } = sighting;
    const facts = factsOf(message);
    return {
      id: ids.get(sighting) ?? randomUUID(),
      ...identity,
      place: { door, folder, key },
      facts: writeFacts(facts),
      ...((facts.kind === 'report' || facts.kind === 'delivery-report') && { effect: READ_REPORT }),
      ...(alike !== undefined && { sameMessageAs: alike }),
      ...(entry !== undefined && { own: entry }),
    };
  });
}

const placeOf = ({ door, folder, key }: Place): Place => ({ door, folder, key });
const placed = ({ door, folder, key, idKey, factsKey, arrivedAt }: Seen): Sighting => ({ door, folder, key, factsKey, arrivedAt, ...(idKey !== undefined && { idKey }) });
const toLedgerObject = (object: KnownObject): LedgerObject => object;
