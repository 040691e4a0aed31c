const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** The document with what stood between the markers replaced. Throws when they are not there once each, in order. */
export function betweenMarkers(document: string, content: string): string {
  const start = document.indexOf(START);
  const end = document.indexOf(END);
  const unique = document.lastIndexOf(START) === start && document.lastIndexOf(END) === end;
  if (start < 0 || end < start || !unique) throw new Error(`The document must contain ${START} and, after it, ${END}, once each.`);
  return `${document.slice(0, start + START.length)}\n\n${content}\n\n${document.slice(end)}`;
}
