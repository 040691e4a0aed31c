import { systemClock } from '@signalbox/kit';
import type { ImapFlow } from 'imapflow';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';

/** The part of imapflow's client that these tests reach, at a moment that a real server offers once in a thousand times. */
class EndingClient extends EventEmitter {
  usable = true;
  isClosed = false;
  byeReason = false;
  capabilities = new Map();
  stats = (): { received: number } => ({ received: 0 });
  close = (): void => {
    this.usable = false;
  };
  /** What imapflow does when the server has said BYE and the socket is not yet closed. */
  mailboxOpen = async (): Promise<undefined> => undefined;
}

const connectionOf = (client: EndingClient): Connection =>
  new Connection(client as unknown as ImapFlow, { host: 'mail.example', clock: systemClock, commandTimeoutMs: 1000 });

describe('a connection that is ending', () => {
  it('says connection.lost when imapflow selects nothing and says nothing', async () => {
    await expect(connectionOf(new EndingClient()).select('INBOX')).rejects.toMatchObject({ code: 'connection.lost' });
  });
});
