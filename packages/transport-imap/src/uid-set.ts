/** First and last UID of a run, both included. */
export type UidRange = readonly [first: number, last: number];

/** Ascending runs of consecutive numbers. */
export function toRanges(uids: Iterable<number>): UidRange[] {
  const ranges: [number, number][] = [];
  let last: [number, number] | undefined;
  // Numbers in an array of their own kind sort without calling back, and take the least memory.
  for (const uid of Float64Array.from(uids).sort()) {
    if (last && uid <= last[1] + 1) last[1] = uid;
    else ranges.push((last = [uid, uid]));
  }
  return ranges;
}

/** RFC 9051 §9 sequence-set. */
export const formatRanges = (ranges: readonly UidRange[]): string =>
  ranges.map(([first, last]) => (first === last ? String(first) : `${first}:${last}`)).join(',');

export const formatUids = (uids: readonly number[]): string => formatRanges(toRanges(uids));

/**
 * Sets that each fit into a command line. Exchange takes lines of up to 10,240 octets (FACTS.md C5), others 8,192 (RFC 7162 §4).
 */
export function formatInPieces(uids: Iterable<number>, longest = 7_000): { readonly set: string; readonly count: number }[] {
  const pieces: { set: string; count: number }[] = [];
  for (const range of toRanges(uids)) {
    const text = formatRanges([range]);
    const count = range[1] - range[0] + 1;
    const last = pieces.at(-1);
    if (last && last.set.length + text.length < longest) {
      last.set += `,${text}`;
      last.count += count;
    } else {
      pieces.push({ set: text, count });
    }
  }
  return pieces;
}

export const isWithin = (ranges: readonly UidRange[], uid: number): boolean => ranges.some(([first, last]) => uid >= first && uid <= last);

/** `ranges` without the numbers of `uids`. */
export function withoutUids(ranges: readonly UidRange[], uids: readonly number[]): UidRange[] {
  const taken = [...uids].sort((a, b) => a - b);
  const left: UidRange[] = [];
  for (const [first, last] of ranges) {
    let start = first;
    for (const uid of taken) {
      if (uid < start || uid > last) continue;
      if (uid > start) left.push([start, uid - 1]);
      start = uid + 1;
    }
    if (start <= last) left.push([start, last]);
  }
  return left;
}

/** The numbers between `first` and `last` that are not among `uids` (ascending). */
export function gapsBetween(first: number, last: number, uids: readonly number[]): UidRange[] {
  return first > last ? [] : withoutUids([[first, last]], uids);
}
