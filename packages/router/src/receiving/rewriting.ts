import { type KnownObject, type Sighting, TOLERANCE_MS } from './binding.ts';

/**
 * Does this door show other Message-IDs than the doors before it did? It does where most of what has the same facts and arrival at both has another
 * id here. A few such pairs beside many with equal ids are different mails that look alike.
 */
export function rewritesIds(sightings: readonly Sighting[], known: readonly KnownObject[]): boolean {
  const elsewhere = known.filter(({ refs, idKey }) => idKey !== undefined && refs.some(({ door, gone }) => door !== sightings[0]?.door && !gone));
  const byFacts = new Map<string, KnownObject[]>();
  for (const object of elsewhere) byFacts.set(object.factsKey, [...(byFacts.get(object.factsKey) ?? []), object]);
  const ids = new Set(elsewhere.map(({ idKey }) => idKey));
  let [same, other] = [0, 0];
  for (const { idKey, factsKey, arrivedAt } of sightings) {
    if (idKey === undefined) continue;
    const alike = (byFacts.get(factsKey) ?? []).filter((object) => Math.abs(object.arrivedAt - arrivedAt) <= TOLERANCE_MS);
    if (alike.length === 0) continue;
    if (ids.has(idKey)) same += 1;
    else other += 1;
  }
  return other > same;
}
