import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the options of npm run chaos', () => {
  it('has a run of a minute without any', () => {
    expect(readOptions([])).toEqual({ help: false, messages: 600, mailboxes: 8, kills: 8, sends: 60, seed: 1, downMs: 0 });
  });

  it('takes all of them', () => {
    expect(readOptions(['--messages', '20000', '--mailboxes', '50', '--kills', '100', '--sends', '2000', '--seed', '7', '--down', '1d', '--postgres', '--json', 'x.json', '--keep', 'here'])).toEqual({
      help: false, messages: 20_000, mailboxes: 50, kills: 100, sends: 2_000, seed: 7, downMs: 86_400_000, postgres: 'start', json: 'x.json', keep: 'here',
    });
    expect(readOptions(['--postgres=postgres:///chaos']).postgres).toBe('postgres:///chaos');
  });

  it.each([
    [['--messages', '0'], '--messages wants a whole number of at least 1, not "0".'],
    [['--kills', 'many'], '--kills wants a whole number of at least 0, not "many".'],
    [['--down', 'a day'], '--down wants minutes, hours or days, such as 90m, 12h or 1d, not "a day".'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
