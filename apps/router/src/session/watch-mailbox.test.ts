import { describe, expect, it } from 'vitest';
import { type ChangeBatch, type ChangesRequest, type Clock, type Folder, MailError, type MailTransport, type MessageSummary } from '@signalbox/core';
import type { Connections, MailboxRoutes } from '@signalbox/router';
import { type WatchEvent, watchFolder } from './watch-mailbox.ts';

const inbox: Folder = { id: 'inbox', path: ['INBOX'], role: 'inbox' };
const routes = { mailbox: { id: 'sales', address: 'sales@example.com' } } as unknown as MailboxRoutes;
const message = (subject: string): MessageSummary => ({ ref: { folder: 'inbox', key: subject }, subject, receivedAt: new Date(0), keywords: new Set() });
const batch = (cursor: string, ...subjects: string[]): ChangeBatch => ({
  cursor,
  changes: subjects.map((subject) => ({ type: 'message-added', message: message(subject) })),
  sweptAt: new Date(0),
  caughtUp: true,
});

type Round = (request: ChangesRequest) => AsyncIterable<ChangeBatch>;

/** Plays one round per opening; stops the watch when all are played. Waiting costs nothing and is written down. */
async function play(...rounds: Round[]): Promise<{ events: WatchEvent[]; waits: number[]; requests: ChangesRequest[] }> {
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  const waits: number[] = [];
  const requests: ChangesRequest[] = [];
  const connections: Pick<Connections, 'open'> = {
    async open() {
      const receive = {
        findFolder: async () => inbox,
        changes(request: ChangesRequest) {
          requests.push(request);
          return (rounds.shift() as Round)(request);
        },
      };
      return { receive } as unknown as MailTransport;
    },
  };
  const clock: Clock = {
    now: () => new Date(0),
    async sleep(ms) {
      waits.push(ms);
      if (rounds.length === 0) stop.abort();
    },
  };
  await watchFolder({ connections: connections as Connections, routes, folder: { role: 'inbox' }, since: 'now', clock, signal: stop.signal, emit: (event) => events.push(event) });
  return { events, waits, requests };
}

const failing = (error: Error): Round =>
  // oxlint-disable-next-line require-yield -- a server that fails before it says anything
  async function* () {
    throw error;
  };
const subjects = (events: readonly WatchEvent[]): string[] => events.flatMap((event) => (event.kind === 'message' ? [event.message.subject ?? ''] : []));

describe('watching a folder', () => {
  it('goes on from where it was after a lost connection', async () => {
    const { events, requests } = await play(
      async function* () {
        yield batch('one', 'first');
        throw new MailError('connection.lost', 'gone');
      },
      async function* () {
        yield batch('two', 'second');
      },
    );
    expect(subjects(events)).toEqual(['first', 'second']);
    expect(requests.map(({ since }) => since)).toEqual([{ kind: 'now' }, { kind: 'cursor', cursor: 'one' }]);
  });

  it('waits longer after each failure in a row, and starts small again after a success', async () => {
    const down = failing(new MailError('unavailable', 'down'));
    const { waits } = await play(
      down,
      down,
      down,
      async function* () {
        yield batch('one');
      },
      down,
    );
    const [first = 0, second = 0, third = 0, fourth = 0] = waits;
    expect(first).toBeGreaterThanOrEqual(750);
    expect(first).toBeLessThanOrEqual(1250);
    expect(second).toBeGreaterThanOrEqual(1500);
    expect(third).toBeGreaterThanOrEqual(3000);
    expect(fourth).toBeLessThanOrEqual(1250);
  });

  it('leaves an account alone for a minute that refused the password, so that it is not locked', async () => {
    const { waits } = await play(failing(new MailError('auth.rejected', 'wrong')));
    expect(waits[0]).toBeGreaterThanOrEqual(45_000);
  });

  it('obeys a server that names its own time', async () => {
    const { waits, events } = await play(failing(new MailError('throttled', 'slow down', { retryAfterMs: 300_000 })));
    expect(waits).toEqual([300_000]);
    expect(events).toMatchObject([{ kind: 'failure', retryInMs: 300_000 }]);
  });

  it('starts from now, and says so, when its position was lost', async () => {
    const { requests, events } = await play(
      async function* () {
        yield batch('one');
        throw new MailError('cursor.expired', 'renumbered');
      },
      async function* () {
        yield batch('two');
      },
    );
    expect(requests[1]?.since).toEqual({ kind: 'now' });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'failure', error: expect.objectContaining({ code: 'cursor.expired' }) }));
  });

  it('gives a mailbox up when only the configuration can repair it', async () => {
    const { events, waits } = await play(failing(new MailError('config.invalid', 'no host')));
    expect(events).toHaveLength(1);
    expect(events[0]).not.toHaveProperty('retryInMs');
    expect(waits).toEqual([]);
  });
});
