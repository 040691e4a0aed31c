import { describe, expect, it } from 'vitest';
import { CASES } from './cases/index.ts';
import { committedListProblems, notApplicableList } from './committed-list.ts';
import type { CaseSelection } from './select.ts';

const selection: CaseSelection = {
  applicable: CASES.slice(2),
  notApplicable: [
    { case: CASES[1]!, missing: 'facet send' },
    { case: CASES[0]!, missing: 'door stored' },
  ],
  defects: [],
};
const [first = '', second = ''] = CASES.map(({ id }) => id);

describe('the committed list', () => {
  it('names what is missing for each case, in the order of their ids', () => {
    const list = notApplicableList(selection);
    expect(list).toEqual({ [first]: 'door stored', [second]: 'facet send' });
    expect(Object.keys(list)).toEqual([first, second].toSorted());
  });

  it('agrees with itself', () => {
    expect(committedListProblems(selection, notApplicableList(selection))).toEqual([]);
  });

  it('tells cases that have come, gone and changed', () => {
    const problems = committedListProblems(selection, { [first]: 'door deliver', 'receive/healed': 'fault hang' });
    expect(problems.toSorted()).toEqual(
      [
        `${first} now needs: door stored (before: door deliver)`,
        `${second} is no longer applicable, it needs: facet send`,
        'receive/healed is now applicable: take it off the list (it needed: fault hang)',
      ].toSorted(),
    );
  });
});
