import { expect, it } from 'vitest';
import { isFinalState, OUTBOX_STATES, OUTBOX_TRANSITIONS, outboxStateAfter, outboxStatesBefore } from './states.ts';

it('lets nothing be sent again that was sent, or that may have been', () => {
  expect(OUTBOX_STATES.filter((state) => outboxStateAfter(state, 'claimed') !== undefined)).toEqual(['scheduled', 'queued']);
  expect(outboxStatesBefore('found-absent')).toEqual(['unknown']);
  expect(Object.keys(OUTBOX_TRANSITIONS.sent)).toEqual([]);
});

it('cancels what has not left, and what a person has to decide', () => {
  expect(outboxStatesBefore('cancelled')).toEqual(['scheduled', 'queued', 'held']);
});

it('leads from every state to an end', () => {
  const reaches = (state: (typeof OUTBOX_STATES)[number], seen: ReadonlySet<string> = new Set()): boolean =>
    isFinalState(state) || (!seen.has(state) && Object.values(OUTBOX_TRANSITIONS[state]).some((next) => reaches(next, new Set([...seen, state]))));
  expect(OUTBOX_STATES.filter((state) => !reaches(state))).toEqual([]);
});

it('takes a proof that comes late', () => {
  expect(outboxStatesBefore('accepted')).toEqual(['attempting', 'unknown', 'held']);
});
