/** Rounds are planned this much longer than they must be: a quieter moment makes them shorter. */
const MARGIN = 1.3;

/** How often to repeat what takes `oneMs` so that a round is long enough; the same number for both sides. */
export function calibrated(oneMs: number, shortestRoundMs: number): number {
  if (!(oneMs > 0)) throw new RangeError(`Work cannot take ${oneMs} ms.`);
  return Math.max(1, Math.ceil((shortestRoundMs * MARGIN) / oneMs));
}
