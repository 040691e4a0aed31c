/** The document with what stood between the group's markers replaced. Throws when they are not there once each, in order. */
export function betweenMarkers(document: string, group: string, content: string): string {
  const [first, last] = [`<!-- bench:${group}:start -->`, `<!-- bench:${group}:end -->`];
  const start = document.indexOf(first);
  const end = document.indexOf(last);
  const unique = document.lastIndexOf(first) === start && document.lastIndexOf(last) === end;
  if (start < 0 || end < start || !unique) throw new Error(`The document must contain ${first} and, after it, ${last}, once each.`);
  return `${document.slice(0, start + first.length)}\n\n${content}\n\n${document.slice(end)}`;
}
