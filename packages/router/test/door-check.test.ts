import { MailError, type MessageSummary, type Receive } from '@signalbox/core';
import type { LedgerObject } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../src/receiving/identity.ts';
import { checkDoor } from '../src/switching/door-check.ts';

const DOOR = 'imap:host:993:sales@contoso.com';

const message = (key: number, subject = `mail ${key}`): MessageSummary => ({
  ref: { folder: 'INBOX', key: String(key) },
  messageId: `${subject.replaceAll(' ', '-')}@example.com`,
  subject,
  receivedAt: new Date(Date.parse('2026-11-25T10:00:00Z') + key * 60_000),
  keywords: new Set(),
});

const recorded = (shown: MessageSummary): LedgerObject => ({ id: `of ${shown.ref.key}`, kind: 'delivery', ...identityOf(shown), refs: [{ door: DOOR, ...shown.ref, gone: false }] });

/** A folder as the new credentials show it, newest first, and the ledger as the old ones have left it. */
function check({ shown, known, isLost = false, isRead = true }: { readonly shown: readonly MessageSummary[]; readonly known: readonly LedgerObject[]; readonly isLost?: boolean; readonly isRead?: boolean }) {
  const receive = {
    refSpace: DOOR,
    findFolder: async () => ({ id: 'INBOX' }),
    async *changes() {
      if (isLost) throw new MailError('cursor.expired', 'The folder was numbered anew.');
      yield { changes: [], cursor: 'c2', sweptAt: new Date(), caughtUp: true };
    },
    async *list() {
      yield* shown;
    },
  } as unknown as Receive;
  const ledger = { cursor: async () => (isRead ? { cursor: 'c1', sweptAt: 1, state: 'delivering' as const } : undefined), known: async () => known };
  return checkDoor({ mailbox: 'sales', folders: [{ role: 'inbox' }], receive, ledger });
}

const newestFirst = (count: number): readonly MessageSummary[] => Array.from({ length: count }, (_, index) => message(count - index));

describe('what another credential shows of a door', () => {
  it('agrees where the refs name the messages that they named', async () => {
    const shown = newestFirst(5);
    expect(await check({ shown, known: shown.map(recorded) })).toEqual([{ folder: 'inbox', position: 'holds', agreed: 5, unknown: 0, contradicted: 0 }]);
  });

  it('is compared past what has come since', async () => {
    const shown = newestFirst(300);
    expect(await check({ shown, known: shown.slice(100).map(recorded) })).toEqual([{ folder: 'inbox', position: 'holds', agreed: 20, unknown: 100, contradicted: 0 }]);
  });

  it('is told from another mailbox that has the same refs', async () => {
    expect(await check({ shown: newestFirst(3), known: [1, 2, 3].map((key) => recorded(message(key, `other ${key}`))) })).toMatchObject([{ agreed: 0, contradicted: 3 }]);
  });

  it('does not hold where the position is lost, and has none where nothing was read', async () => {
    expect(await check({ shown: [], known: [], isLost: true })).toMatchObject([{ position: 'lost' }]);
    expect(await check({ shown: [], known: [], isRead: false })).toMatchObject([{ position: 'none' }]);
  });
});
