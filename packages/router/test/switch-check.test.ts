import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import type { Diagnosis, MailboxRoutes } from '../src/index.ts';
import { checkSwitch } from '../src/switching/check.ts';
import { VirtualClock } from './virtual-clock.ts';

const busy = new MailError('throttled', 'The server has too many connections of this mailbox.');
const refused = new MailError('auth.rejected', 'The server refused the credential.', { remedy: { who: 'mailbox-user', action: 'replace-credential', text: 'Enter the current password.' } });

/** Sending is switched to a flow that answers with these failures, one after the other, and then works. */
async function check(...failures: readonly MailError[]) {
  const clock = new VirtualClock();
  let asked = 0;
  const diagnose = async (): Promise<Diagnosis> => {
    const error = failures[asked];
    asked += 1;
    return { mailbox: 'sales', direction: 'send', flow: 'modern', durationMs: 1, rows: [{ check: 'send', status: error ? 'fail' : 'pass', findings: error ? [{ severity: 'error', error }] : [], deadlines: [] }] };
  };
  const routes = { mailbox: { id: 'sales', folders: [] }, wanted: ['send'], send: {}, problems: [] } as unknown as MailboxRoutes;
  const unused = () => Promise.reject(new Error('nothing is received here'));
  const checking = checkSwitch({ mailbox: 'sales', from: { send: 'basic' }, to: { send: 'modern' }, connections: { mailboxes: [routes], diagnose, open: unused }, ledger: { cursor: unused, cursors: unused, known: unused }, clock });
  for (let seconds = 0; seconds < 60; seconds += 1) await clock.advance(1_000);
  return { asked, ...(await checking) };
}

describe('trying the flow that a mailbox is to be switched to', () => {
  it('is repeated where a failure passes by itself: the mailbox is at work meanwhile', async () => {
    expect(await check(busy, busy)).toMatchObject({ asked: 3, refusals: [] });
  });

  it('gives up after a few times, and says what was in the way', async () => {
    expect(await check(...Array.from({ length: 20 }, () => busy))).toMatchObject({ asked: 10, refusals: [{ reason: 'check-failed', message: expect.stringContaining('too many connections') as string }] });
  });

  it('is not repeated where a person has to do something first', async () => {
    expect(await check(refused)).toMatchObject({ asked: 1, refusals: [{ reason: 'check-failed', remedy: 'Enter the current password.' }] });
  });
});
