import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import type { GraphMessage } from '../convert.ts';
import type { BatchItem, BatchOutcome } from '../http/batch.ts';
import { completeMessages } from './complete.ts';

const whole: GraphMessage = { id: 'marked', receivedDateTime: '2026-11-24T09:00:00Z', isRead: true, flag: { flagStatus: 'flagged' } };
const gone = (code: 'message.not-found' | 'throttled'): BatchOutcome<GraphMessage> => ({ doubtful: false, error: new MailError(code, 'Refused.') });

function sessionThat(...outcomes: readonly BatchOutcome<GraphMessage>[]) {
  const asked: string[] = [];
  const logged: unknown[] = [];
  const batch = async (items: readonly BatchItem[]): Promise<readonly never[]> => {
    asked.push(...items.map(({ path }) => path));
    return outcomes as readonly never[];
  };
  return { asked, logged, client: { batch }, log: { log: (_level: string, event: string, fields?: object) => void logged.push([event, fields]) } };
}

describe('what a page shows', () => {
  it('is left as it is where messages have their date, or were removed', async () => {
    const session = sessionThat();
    const messages: readonly GraphMessage[] = [whole, { id: 'removed', '@removed': { reason: 'deleted' } }];
    expect(await completeMessages(session, messages, {})).toBe(messages);
    expect(session.asked).toEqual([]);
  });

  it('gets the rest of a message that shows its mark only, in its place', async () => {
    const session = sessionThat({ doubtful: false, value: whole });
    const other: GraphMessage = { id: 'other', receivedDateTime: '2026-11-24T08:00:00Z' };
    expect(await completeMessages(session, [other, { id: 'marked', isRead: false }], { isSpared: () => true })).toEqual([other, whole]);
    expect(session.asked).toEqual(['/messages/marked']);
  });

  it('is not asked for a date that nobody needs, and is told of where there is none', async () => {
    const undated: GraphMessage = { id: 'undated', receivedDateTime: null };
    const spared = sessionThat();
    expect(await completeMessages(spared, [undated], { isSpared: () => true })).toEqual([undated]);
    expect(spared.asked).toEqual([]);
    const session = sessionThat({ doubtful: false, value: undated });
    expect(await completeMessages(session, [undated], { folder: 'inbox' })).toEqual([undated]);
    expect(session.logged).toEqual([['graph.message-without-date', { folder: 'inbox', message: 'undated' }]]);
  });

  it('keeps a message that is gone by now as it was shown, and fails where one could not be looked up', async () => {
    const messages: readonly GraphMessage[] = [{ id: 'marked', isRead: false }];
    expect(await completeMessages(sessionThat(gone('message.not-found')), messages, {})).toEqual(messages);
    await expect(completeMessages(sessionThat(gone('throttled')), messages, {})).rejects.toMatchObject({ code: 'throttled' });
  });
});
