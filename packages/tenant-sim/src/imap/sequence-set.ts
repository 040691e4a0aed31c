/** Ranges of numbers, both ends included, in the order they were asked for. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** `2,4:7,*` where `*` is the largest number in use; ranges may be written backwards (RFC 9051 §9). */
export function parseRanges(set: string, largest: number): Ranges {
  return set.split(',').map((part) => {
    const [from = 0, to = from] = part.split(':').map((end) => (end === '*' ? largest : Number(end)));
    return from <= to ? [from, to] : [to, from];
  });
}

/** Numbers as a set, as short as it can be written in their order: COPYUID pairs them one by one (RFC 4315 §3). */
export function formatSet(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length; ) {
    const first = numbers[at]!;
    let end = at;
    while (numbers[end + 1] === first + (end + 1 - at)) end += 1;
    parts.push(end === at ? String(first) : `${first}:${first + end - at}`);
    at = end + 1;
  }
  return parts.join(',');
}
