import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';
import { WORKLOADS } from './workloads.ts';

const names = (args: readonly string[]): string[] => readOptions(args).workloads.map((workload) => workload.name);

describe('options', () => {
  it('mean everything with 15 pairs and targets when there are none', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ pairs: 15, targets: true, write: false });
    expect(options.workloads).toHaveLength(WORKLOADS.length);
  });

  it('choose a group or single workloads', () => {
    expect(names(['--only', 'graph'])).toHaveLength(10);
    expect(names(['--only', 'graph']).concat(names(['--only', 'imap-smtp']))).toHaveLength(WORKLOADS.length);
    expect(names(['--workload', 'sends', '--workload', 'flags'])).toEqual(['flags', 'sends']);
  });

  it('keep the table of one group that was measured wholly', () => {
    expect(readOptions(['--only', 'graph', '--write'])).toMatchObject({ write: true });
  });

  it('choose the router, which has rows of its own', () => {
    expect(readOptions(['--only', 'router', '--lives', '1', '--store', 'postgres'])).toMatchObject({ suite: 'router', lives: 1, store: 'postgres', workloads: [] });
    expect(readOptions(['--only', 'router-fleet', '--minutes', '2'])).toMatchObject({ suite: 'router-fleet', minutes: 2, mailboxes: 10_000 });
    expect(readOptions([]).suite).toBe('transports');
  });

  it('can ignore the targets', () => {
    expect(readOptions(['--no-targets']).targets).toBe(false);
  });

  it.each([
    [['--pairs', 'few'], '--pairs wants a whole number'],
    [['--pairs', '0'], '--pairs wants a whole number'],
    [['--only', 'rooter'], 'There is no group "rooter"; there are: imap-smtp, graph, router, router-fleet.'],
    [['--only', 'router', '--lives', '0'], '--lives wants a whole number'],
    [['--only', 'router', '--store', 'redis'], '--store is embedded or postgres'],
    [['--workload', 'mails'], 'There is no workload "mails"'],
    [['--write', '--pairs', '3'], '--write keeps whole tables'],
    [['--write', '--workload', 'flags'], '--write keeps whole tables'],
    [['--write', '--self-check'], '--write keeps whole tables'],
    [['--fast'], "Unknown option '--fast'"],
  ])('%j are refused in words', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
