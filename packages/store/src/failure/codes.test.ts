import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { ROUTER_ERROR_CODES } from './codes.ts';

/** The rows of the last part of docs/errors.md. */
const [, own = ''] = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8').split('\n## The router and its store');
const rows = own
  .split(/\r?\n/)
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));

describe("the router's part of docs/errors.md", () => {
  it('has exactly one row per code of the table, with its facts', () => {
    const facts = Object.entries(ROUTER_ERROR_CODES).map(([code, { retry, affects }]) => `\`${code}\` ${retry} ${affects}`);
    expect(rows.map((row) => row.slice(0, 3).join(' ')).toSorted()).toEqual(facts.toSorted());
  });

  it('says of every code what it means and who can fix it', () => {
    expect(rows.filter(([, , , meaning = '', help = '']) => meaning.length < 20 || help.length < 20)).toEqual([]);
  });

  it('has no code that plugins have', () => {
    expect(Object.keys(ROUTER_ERROR_CODES).filter((code) => code in ERROR_CODES)).toEqual([]);
  });
});
