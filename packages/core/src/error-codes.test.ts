import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from './error-codes.ts';

/** The rows of docs/errors.md as code, facts, meaning and help; what follows them is the router's, which no plugin throws. */
const [plugins = ''] = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8').split('\n## The router and its store');
const rows = plugins
  .split(/\r?\n/)
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));

describe('docs/errors.md', () => {
  it('has exactly one row per code of the table', () => {
    expect(rows.map(([code = '']) => code).toSorted()).toEqual(Object.keys(ERROR_CODES).map((code) => `\`${code}\``).toSorted());
  });

  it.each(Object.entries(ERROR_CODES))('says of %s whether to repeat and what is affected', (code, { retry, affects }) => {
    const row = rows.find(([name]) => name === `\`${code}\``);
    expect(row?.slice(1, 3)).toEqual([retry, affects]);
  });

  it('says of every code what it means and who can fix it', () => {
    const terse = rows.filter(([, , , meaning = '', help = '']) => meaning.length < 20 || help.length < 20);
    expect(terse).toEqual([]);
  });
});
