import type { MailTransport } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf } from './setting.ts';
import { application, flower } from './transcripts/letters.ts';
import { play, type PlayOptions } from './transcripts/play.ts';
import { serverForTests } from './transcripts/server.ts';
import { errorTranscripts, example } from './transcripts/transcript.ts';

const server = serverForTests();

const TRANSCRIPTS = errorTranscripts();

/** What the server said, which stays in the detail. */
const wordsOf = (number: string): unknown => (example(number).response?.body as { readonly error?: { readonly message?: string } } | undefined)?.error?.message;

const locate = (transport: MailTransport) => collect(facetsOf(transport).receive.locate({ messageId: 'wanted@contoso.com' }));
const fetchRaw = (transport: MailTransport) => facetsOf(transport).receive.fetchRaw({ folder: 'inbox', key: 'AAMkBAD' });
const send = (transport: MailTransport) => transport.send!.dispatch(application());
const upload = (transport: MailTransport) => transport.send!.dispatch(flower());
const open = async (): Promise<void> => {};

async function follow(transport: MailTransport): Promise<void> {
  const { receive } = facetsOf(transport);
  const [batch] = await collect(receive.changes({ folder: 'inbox', since: { kind: 'beginning' } }));
  await collect(receive.changes({ folder: 'inbox', since: { kind: 'cursor', cursor: batch!.cursor } }));
}

interface Row {
  readonly does: (transport: MailTransport) => Promise<unknown>;
  readonly expected: object;
  readonly options?: PlayOptions;
}

const impatient: PlayOptions = { config: { throttlePatienceMs: 0 } };
const inOneStep: PlayOptions = { config: { send: { mode: 'send-mail' } } };

/** What each documented error becomes: its code, and who can help. */
const ROWS: Readonly<Record<string, Row>> = {
  '092': { does: locate, options: impatient, expected: { code: 'throttled', retryAfterMs: 2_128, detail: { status: '429 TooManyRequests 429' } } },
  '110': { does: send, options: inOneStep, expected: { code: 'sender.refused', remedy: { who: 'tenant-admin' } } },
  '111': { does: locate, expected: { code: 'protocol.violation', retry: 'safe', retryAfterMs: 15 * 60_000, detail: { status: '400 InefficientFilter' } } },
  '112': { does: locate, expected: { code: 'access.denied', remedy: { who: 'tenant-admin', action: 'grant-mailbox-access' } } },
  '113': { does: locate, expected: { code: 'mailbox.not-found', remedy: { who: 'tenant-admin' } } },
  '114': { does: fetchRaw, expected: { code: 'message.not-found' } },
  '115': { does: open, options: { mailbox: 'nobody@contoso.com', unopened: true }, expected: { code: 'mailbox.not-found', remedy: { who: 'operator', action: 'fix-config' } } },
  '116': { does: locate, options: impatient, expected: { code: 'throttled', retryAfterMs: 1_000 } },
  '117': { does: follow, expected: { code: 'cursor.expired' } },
  '118': { does: upload, expected: { code: 'protocol.violation', retry: 'never', detail: { status: '400 ErrorAttachmentSizeShouldNotBeLessThanMinimumSize' } } },
  '119': { does: send, options: inOneStep, expected: { code: 'message.refused' } },
  '120': { does: locate, expected: { code: 'auth.rejected', remedy: { who: 'operator' } } },
};

describe('errors of the documentation', () => {
  it.each(Object.entries(ROWS))('example %s has its code', (number, { does, options, expected }) =>
    play(
      server,
      TRANSCRIPTS[number]!.exchanges,
      async (scene) => {
        const failure: unknown = await scene.open().then(does).catch((error: unknown) => error);
        expect(failure).toMatchObject(expected);
        expect(failure).toHaveProperty('detail.text', wordsOf(number));
      },
      options,
    ));

  it('hands the claims of example 121 on as they came, and goes on with the token for them', () =>
    play(server, TRANSCRIPTS['121']!.exchanges, async (scene) => {
      await locate(await scene.open());
      const challenge = /claims="([^"]+)"/.exec(example('121').response?.headers['WWW-Authenticate'] ?? '')?.[1];
      expect(scene.credentialRequests.map(({ claims }) => claims)).toEqual([undefined, undefined, challenge]);
    }));

  it('are all of those that were collected', () => expect(Object.keys(TRANSCRIPTS).toSorted()).toEqual([...Object.keys(ROWS), '121'].toSorted()));
});
