import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import type { GraphMessage } from '../convert.ts';
import type { BatchItem, BatchOutcome } from '../http/batch.ts';
import { completePage } from './complete.ts';

const whole: GraphMessage = { id: 'marked', receivedDateTime: '2026-11-24T09:00:00Z', isRead: true, flag: { flagStatus: 'flagged' } };
const gone = (code: 'message.not-found' | 'throttled'): BatchOutcome<GraphMessage> => ({ doubtful: false, error: new MailError(code, 'Refused.') });

function clientThat(...outcomes: readonly BatchOutcome<GraphMessage>[]) {
  const asked: string[] = [];
  const batch = async (items: readonly BatchItem[]): Promise<readonly never[]> => {
    asked.push(...items.map(({ path }) => path));
    return outcomes as readonly never[];
  };
  return { asked, batch };
}

describe('a page of a delta', () => {
  it('is left as it is where it shows whole messages, drafts without a date and what was removed', async () => {
    const client = clientThat();
    const page = { value: [whole, { id: 'draft', receivedDateTime: null }, { id: 'removed', '@removed': { reason: 'deleted' } }], '@odata.deltaLink': 'link' };
    expect(await completePage(client, page, undefined)).toBe(page);
    expect(client.asked).toEqual([]);
  });

  it('gets the rest of a message that shows its mark only, in its place and with its link', async () => {
    const client = clientThat({ doubtful: false, value: whole });
    const other: GraphMessage = { id: 'other', receivedDateTime: '2026-11-24T08:00:00Z' };
    expect(await completePage(client, { value: [other, { id: 'marked', isRead: false }], '@odata.nextLink': 'link' }, undefined)).toEqual({ value: [other, whole], '@odata.nextLink': 'link' });
    expect(client.asked).toEqual(['/messages/marked']);
  });

  it('leaves a message that is gone by now as it was shown, and fails where it could not be looked up', async () => {
    const page = { value: [{ id: 'marked', isRead: false }] };
    expect(await completePage(clientThat(gone('message.not-found')), page, undefined)).toEqual(page);
    await expect(completePage(clientThat(gone('throttled')), page, undefined)).rejects.toMatchObject({ code: 'throttled' });
  });
});
