import type { CaseSelection } from './select.ts';

/** What does not apply in a world, and what it lacks for it, as the text of a file to commit and to compare, so that no case goes missing unseen. */
export function notApplicableJson({ notApplicable }: CaseSelection): string {
  const reasons = notApplicable.map(({ case: { id }, missing }) => [id, missing] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(reasons), undefined, 2)}\n`;
}
