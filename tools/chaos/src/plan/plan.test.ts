import { FAULT_NAMES } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { makePlan } from './plan.ts';

const options = { seed: 7, messages: 500, mailboxes: 12, kills: 10, sends: 50 };

describe('the plan of a run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makePlan(options)).toEqual(makePlan(options));
    expect(makePlan({ ...options, seed: 8 }).traffic).not.toEqual(makePlan(options).traffic);
  });

  it('has as many letters, kills and sends as were asked for', () => {
    const { traffic, livesMs, sends, mailboxes } = makePlan(options);
    expect(traffic.flatMap(({ tags }) => tags)).toHaveLength(500);
    expect(new Set(traffic.flatMap(({ tags }) => tags)).size).toBe(500);
    expect([livesMs.length, sends.length, mailboxes.length]).toEqual([10, 50, 12]);
  });

  it('sets every fault that the tenant knows', () => {
    expect(new Set(makePlan(options).faults.map(({ name }) => name))).toEqual(new Set(FAULT_NAMES));
  });

  it('takes every fault back but those that are how a door is', () => {
    const standing = makePlan(options).faults.filter(({ untilMs }) => untilMs === undefined);
    expect(new Set(standing.map(({ name }) => name))).toEqual(new Set(['graph.strip-x-headers', 'door.arrival-shift', 'door.message-id']));
  });

  it('opens mailboxes by every flow, and by two that mix them', () => {
    const flows = new Set(makePlan(options).mailboxes.map(({ receive, send }) => (receive === send ? receive : 'mixed')));
    expect(flows).toEqual(new Set(['o365-client-credentials', 'basic', 'o365-on-behalf-of', 'o365-imap-client-credentials', 'mixed']));
  });

  it('lets users act only on letters that have come before', () => {
    const known = new Set<string>();
    const unknown: string[] = [];
    for (const { tags, earlier } of makePlan(options).traffic) {
      if (earlier !== undefined && !known.has(earlier)) unknown.push(earlier);
      for (const tag of tags) known.add(tag);
    }
    expect([unknown, known.size]).toEqual([[], 500]);
  });
});
