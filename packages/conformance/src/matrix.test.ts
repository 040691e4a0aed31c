import { describe, expect, it } from 'vitest';
import { type Matrix, matrixProblems, matrixTable } from './matrix.ts';
import type { Saboteur } from './saboteurs/saboteur.ts';

const saboteur: Saboteur = { id: 'bends-a-thing', title: 'bends a thing', caughtBy: ['receive/one'] };
const matrix = (caught: Matrix['rows'][number]['caught'], cases: Matrix['cases'] = ['receive/one']): Matrix => ({ rows: [{ saboteur, caught }], cases });

describe('the matrix of saboteurs', () => {
  it('is well when each is caught by the cases it names', () => {
    expect(matrixProblems(matrix(['receive/one']))).toEqual([]);
  });

  it('complains of a saboteur nobody catches, and of the blind case', () => {
    expect(matrixProblems(matrix([]))).toEqual([
      'receive/one: no saboteur is caught by it',
      'bends-a-thing: nobody catches it',
      'bends-a-thing: names receive/one, which did not notice',
    ]);
  });

  it('complains of a saboteur that cases catch it does not name', () => {
    expect(matrixProblems(matrix(['receive/one', 'send/two'], ['receive/one', 'send/two']))).toEqual(['bends-a-thing: does not name send/two']);
  });

  it('complains of a saboteur that more than three cases catch', () => {
    const many = ['receive/one', 'send/two', 'send/three', 'send/four'] as const;
    expect(matrixProblems(matrix(many, many))[0]).toContain('4 cases catch it');
  });

  it('is shown with a row for each saboteur', () => {
    expect(matrixTable(matrix(['receive/one']))).toContain('| bends-a-thing | bends a thing | receive/one |');
  });
});
