import type { Identity } from './identity.ts';

/** Where an object was seen. */
export interface Place {
  readonly door: string;
  readonly folder: string;
  readonly key: string;
}

export interface Sighting extends Identity, Place {}

/** What the ledger knows already: a delivery, or something that existed at first connect and is never delivered. */
export interface KnownObject extends Identity {
  readonly id: string;
  readonly kind: 'delivery' | 'baseline';
  readonly refs: readonly KnownRef[];
}

export interface KnownRef extends Place {
  /** Known to be gone, by whatever told so. */
  readonly gone: boolean;
}

export interface BindOptions {
  /** Of the places that `refsToAsk` named: is a message still there? */
  readonly isPresent: (ref: KnownRef) => boolean;
  /** A key at this door names its object for life: another key is another object. */
  readonly refsSurviveMove: boolean;
  /** This door shows other Message-IDs than the ones before it did: what differs proves nothing. */
  readonly rewritesIds: boolean;
}

/** What a sighting is. */
export type Binding<Seen extends Sighting = Sighting> =
  /** An object that is known under this very ref. */
  | { readonly sighting: Seen; readonly is: 'known'; readonly object: KnownObject }
  /** A known object in another place, or at another door: its refs at this door that are left are gone. */
  | { readonly sighting: Seen; readonly is: 'rebound'; readonly object: KnownObject; readonly replaces: readonly KnownRef[] }
  /** A known object that was moved since it was listed here: it lies elsewhere, and here there is nothing any more. */
  | { readonly sighting: Seen; readonly is: 'passed'; readonly object: KnownObject }
  /** An object of its own, to be delivered. `sameMessageAs`: the nearest one with its Message-ID, a known delivery or an earlier sighting of this call. */
  | { readonly sighting: Seen; readonly is: 'new'; readonly sameMessageAs?: KnownObject | Seen };

/** Arrival is told to the second by some doors and to the millisecond by others, and they may round differently. */
export const TOLERANCE_MS = 2000;

/**
 * Binds sightings of one door to what is known, as a multiset: each object to one sighting at most. In passes, so that what is certain comes first:
 * the same ref; the same Message-ID; between doors, the same facts. What stays in doubt is delivered: twice is a nuisance, never is a loss.
 */
export function bind<Seen extends Sighting>(sightings: readonly Seen[], known: readonly KnownObject[], options: BindOptions): readonly Binding<Seen>[] {
  const bindings = new Map<Sighting, Binding<Seen>>();
  const taken = new Set<KnownObject>();
  bindByRef(sightings, known, options, (binding) => {
    bindings.set(binding.sighting, binding);
    taken.add(binding.object);
  });
  const taking = new Set(sightings.filter((sighting) => bindings.get(sighting)?.is !== 'known').map(refKey));
  const isPresent = (ref: KnownRef): boolean => !taking.has(refKey(ref)) && options.isPresent(ref);
  const hasTwin = twinsAmong(known, isPresent);
  const passes: readonly ((sighting: Sighting, object: KnownObject) => boolean)[] = [
    (sighting, object) => sameId(sighting, object) && isReplaceable(sighting, object, { ...options, isPresent }) && !hasTwin(sighting, object),
    (sighting, object) => isFromAnotherDoor(sighting, object) && sameFacts(sighting, object) && idsProveNothing(sighting, object, options),
  ];
  for (const fits of passes) {
    const unbound = sightings.filter((sighting) => !bindings.has(sighting));
    const free = known.filter((object) => !taken.has(object));
    for (const [sighting, object] of nearestFirst(unbound, free, fits)) {
      taken.add(object);
      bindings.set(sighting, { sighting, is: 'rebound', object, replaces: refsAt(object, sighting.door) });
    }
  }
  const candidates = groupBy(known, matchKey);
  const passed = (sighting: Seen): Binding<Seen> | undefined => {
    const object = options.refsSurviveMove ? undefined : elsewhere(sighting, candidates);
    return object && !options.isPresent(placeOf(sighting)) ? { sighting, is: 'passed', object } : undefined;
  };
  const alike = byIdKey<Seen>(known.filter(({ kind }) => kind === 'delivery'));
  return sightings.map((sighting) => bindings.get(sighting) ?? passed(sighting) ?? newOne(sighting, alike));
}

/** The sightings without a Message-ID that have to be told from known objects by what they hold, because a listing tells the same of them. */
export function contested<Seen extends Sighting>(sightings: readonly Seen[], known: readonly KnownObject[], { refsSurviveMove }: Pick<BindOptions, 'refsSurviveMove'>): readonly Seen[] {
  if (refsSurviveMove) return [];
  const byRef = indexByRef(known);
  const byFacts = groupBy(known.filter(({ idKey, contentKey }) => idKey === undefined && contentKey !== undefined), ({ factsKey }) => factsKey);
  return sightings.filter((sighting) => {
    const there = byRef.get(refKey(sighting));
    if (sighting.idKey !== undefined || (there && isStill(sighting, there))) return false;
    return (byFacts.get(sighting.factsKey) ?? []).some((object) => isNear(sighting, object));
  });
}

/** The refs on whose presence it depends how these sightings bind. */
export function refsToAsk(sightings: readonly Sighting[], known: readonly KnownObject[], { refsSurviveMove }: Pick<BindOptions, 'refsSurviveMove'>): readonly KnownRef[] {
  if (refsSurviveMove) return [];
  const byRef = indexByRef(known);
  const asked = new Map<string, KnownRef>();
  const ask = (ref: KnownRef): void => void asked.set(refKey(ref), ref);
  const candidates = groupBy(known, matchKey);
  for (const sighting of sightings) {
    const there = byRef.get(refKey(sighting));
    if (there && isStill(sighting, there)) continue;
    for (const object of candidates.get(matchKey(sighting)) ?? []) {
      if (!isNear(sighting, object) || !sameId(sighting, object)) continue;
      for (const ref of liveRefsAt(object, sighting)) ask(ref);
    }
    if (elsewhere(sighting, candidates)) ask(placeOf(sighting));
  }
  return [...asked.values()];
}

/**
 * What it may be that was listed here: by everything that is told of it the same message, which lies elsewhere now. A copy looks like that, and so does
 * the message itself when the router or a person has moved it after the listing was read, and the ledger knows. Only the server can tell them apart.
 */
const elsewhere = (sighting: Sighting, candidates: ReadonlyMap<string, readonly KnownObject[]>): KnownObject | undefined =>
  candidates.get(matchKey(sighting))?.find((object) => isNear(sighting, object) && sameId(sighting, object) && sameFacts(sighting, object) && liveRefsAt(object, sighting).length > 0);

const placeOf = ({ door, folder, key }: Sighting): KnownRef => ({ door, folder, key, gone: false });

function bindByRef<Seen extends Sighting>(
  sightings: readonly Seen[],
  known: readonly KnownObject[],
  { refsSurviveMove }: BindOptions,
  take: (binding: Binding<Seen> & { readonly object: KnownObject }) => void,
): void {
  const byRef = indexByRef(known);
  const byKey = refsSurviveMove ? indexBy(known, ({ door, key }) => JSON.stringify([door, key])) : undefined;
  for (const sighting of sightings) {
    const here = byRef.get(refKey(sighting));
    if (here && isStill(sighting, here)) {
      take({ sighting, is: 'known', object: here });
      continue;
    }
    const moved = byKey?.get(JSON.stringify([sighting.door, sighting.key]));
    if (moved && isStill(sighting, moved)) take({ sighting, is: 'rebound', object: moved, replaces: refsAt(moved, sighting.door) });
  }
}

/** A folder that was restored from a backup gives the same UIDs to other messages: a ref alone proves nothing then. */
export const isStill = (sighting: Sighting, object: KnownObject): boolean =>
  isNear(sighting, object) && (sighting.idKey !== undefined && object.idKey !== undefined ? sighting.idKey === object.idKey : sighting.factsKey === object.factsKey);

/** Two without a Message-ID are told apart by their facts, and by what they hold. */
const sameId = (sighting: Sighting, object: KnownObject): boolean =>
  sighting.idKey === undefined && object.idKey === undefined ? sameFacts(sighting, object) && mayHoldTheSame(sighting, object) : sighting.idKey === object.idKey;
/** Another door may show the same message as other bytes. */
const mayHoldTheSame = (sighting: Sighting, { contentKey, refs }: KnownObject): boolean =>
  sighting.contentKey === undefined || contentKey === undefined || sighting.contentKey === contentKey || refs.some(({ door }) => door !== sighting.door);
const sameFacts = (a: Identity, b: Identity): boolean => a.factsKey === b.factsKey;
const isNear = (a: Identity, b: Identity): boolean => Math.abs(a.arrivedAt - b.arrivedAt) <= TOLERANCE_MS;

/**
 * An object has one live ref at a door. One that is still there belongs to the object, and the sighting is a copy of it. Within a door the facts
 * have to agree too: robots reuse a Message-ID within a second, and the first mail may be gone already.
 */
function isReplaceable(sighting: Sighting, object: KnownObject, { refsSurviveMove, isPresent }: BindOptions): boolean {
  const refs = refsAt(object, sighting.door);
  if (refs.length === 0) return true;
  if (!sameFacts(sighting, object)) return false;
  if (refsSurviveMove) return false;
  return liveRefsAt(object, sighting).every((ref) => !isPresent(ref));
}

/**
 * Without a Message-ID, one that comes back looks like a copy of another that says the same and is still there. Where nobody has read what they hold,
 * nobody can tell, and a copy that is taken for what came back is never delivered, so both are. Those that hold the same are copies of one another, and
 * bound as those with one Message-ID are.
 */
function twinsAmong(known: readonly KnownObject[], isPresent: (ref: KnownRef) => boolean): (sighting: Sighting, object: KnownObject) => boolean {
  const byFacts = groupBy(known.filter(({ idKey }) => idKey === undefined), ({ factsKey }) => factsKey);
  return (sighting, object) => {
    if (sighting.idKey !== undefined || refsAt(object, sighting.door).length === 0) return false;
    if (sighting.contentKey !== undefined && sighting.contentKey === object.contentKey) return false;
    return (byFacts.get(sighting.factsKey) ?? []).some((other) => other !== object && isNear(sighting, other) && mayHoldTheSame(sighting, other) && liveRefsAt(other, sighting).some(isPresent));
  };
}

const isFromAnotherDoor = (sighting: Sighting, object: KnownObject): boolean => object.refs.length > 0 && object.refs.every(({ door }) => door !== sighting.door);

/** One whose ref is known to be gone may have been moved by its reader, while another with the same facts came after it. */
const idsProveNothing = (sighting: Sighting, object: KnownObject, { rewritesIds }: BindOptions): boolean =>
  object.refs.some(({ gone }) => !gone) && (sighting.idKey === undefined || object.idKey === undefined || rewritesIds);

function nearestFirst<Seen extends Sighting>(sightings: readonly Seen[], objects: readonly KnownObject[], fits: (sighting: Sighting, object: KnownObject) => boolean): [Seen, KnownObject][] {
  const byId = groupBy(objects, ({ idKey }) => idKey);
  const byFacts = groupBy(objects, ({ factsKey }) => factsKey);
  const pairs = sightings.flatMap((sighting) => {
    const candidates = new Set([...(byId.get(sighting.idKey) ?? []), ...(byFacts.get(sighting.factsKey) ?? [])]);
    return [...candidates].filter((object) => isNear(sighting, object) && fits(sighting, object)).map((object) => ({ sighting, object, distance: Math.abs(sighting.arrivedAt - object.arrivedAt) }));
  });
  const chosen: [Seen, KnownObject][] = [];
  const bound = new Set<object>();
  for (const { sighting, object } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (bound.has(sighting) || bound.has(object)) continue;
    bound.add(sighting).add(object);
    chosen.push([sighting, object]);
  }
  return chosen;
}

type Alike<Seen> = Map<string | undefined, (KnownObject | Seen)[]>;

const byIdKey = <Seen>(objects: readonly KnownObject[]): Alike<Seen> => new Map<string | undefined, (KnownObject | Seen)[]>([...groupBy(objects, ({ idKey }) => idKey)].map(([key, group]) => [key, [...group]]));

/** Joins those that the next ones may be copies of. */
function newOne<Seen extends Sighting>(sighting: Seen, alike: Alike<Seen>): Binding<Seen> {
  if (sighting.idKey === undefined) return { sighting, is: 'new' };
  const others = alike.get(sighting.idKey) ?? [];
  const distance = (other: Identity): number => Math.abs(other.arrivedAt - sighting.arrivedAt);
  const [nearest] = others.toSorted((a, b) => distance(a) - distance(b));
  alike.set(sighting.idKey, [...others, sighting]);
  return { sighting, is: 'new', ...(nearest && { sameMessageAs: nearest }) };
}

const refKey = ({ door, folder, key }: Place): string => JSON.stringify([door, folder, key]);
const refsAt = ({ refs }: KnownObject, door: string): readonly KnownRef[] => refs.filter((ref) => ref.door === door);
const liveRefsAt = (object: KnownObject, { door }: Sighting): readonly KnownRef[] => refsAt(object, door).filter(({ gone }) => !gone);
const matchKey = ({ idKey, factsKey }: Identity): string => idKey ?? ` ${factsKey}`;

const indexByRef = (known: readonly KnownObject[]): ReadonlyMap<string, KnownObject> => indexBy(known, refKey);
const indexBy = (known: readonly KnownObject[], keyOf: (ref: Place) => string): ReadonlyMap<string, KnownObject> =>
  new Map(known.flatMap((object) => object.refs.map((ref) => [keyOf(ref), object] as const)));

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
