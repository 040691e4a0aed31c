import type { CaseSelection } from './select.ts';

/** What does not apply in a world: the reason by the id of the case. It is committed, so that a case cannot go missing unseen. */
export type CommittedList = Readonly<Record<string, string>>;

/** The list to commit. */
export const notApplicableList = ({ notApplicable }: CaseSelection): CommittedList =>
  Object.fromEntries(notApplicable.map(({ case: { id }, missing }) => [id, missing] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** How a world differs from its committed list, a sentence per case; empty when nothing has changed. */
export function committedListProblems(selection: CaseSelection, committed: CommittedList): readonly string[] {
  const list = notApplicableList(selection);
  const ids = [...new Set([...Object.keys(list), ...Object.keys(committed)])].toSorted();
  return ids.flatMap((id) => {
    const [now, before] = [list[id], committed[id]];
    if (now === before) return [];
    if (now === undefined) return [`${id} is now applicable: take it off the list (it needed: ${before})`];
    if (before === undefined) return [`${id} is no longer applicable, it needs: ${now}`];
    return [`${id} now needs: ${now} (before: ${before})`];
  });
}
