import { describe, expect, it } from 'vitest';
import type { ChangesSince, MailTransport, MessageRef } from '@signalbox/core';
import { setting, type Setting } from './setting.ts';

interface Watched {
  /** New messages, each with its own subject. */
  readonly deliver: (count: number) => void;
  /** One sweep from where the last one ended: the refs of what is new, and the requests it took. */
  readonly sweep: () => Promise<Counted<readonly MessageRef[]>>;
  readonly read: (refs: readonly MessageRef[]) => Promise<Counted<number>>;
}

interface Counted<T> {
  readonly value: T;
  readonly requests: number;
}

/** A mailbox that holds mail already, seen by somebody who has swept it once. */
async function watched({ open, put, requests }: Setting): Promise<Watched> {
  const transport = await open();
  const { receive } = transport as MailTransport & Required<Pick<MailTransport, 'receive'>>;
  const { id: folder } = await receive.findFolder({ role: 'inbox' });
  let delivered = 0;
  let since: ChangesSince = { kind: 'beginning' };
  const counted = async <T>(work: () => Promise<T>): Promise<Counted<T>> => {
    const before = requests.length;
    return { value: await work(), requests: requests.length - before };
  };
  const sweep = async (): Promise<readonly MessageRef[]> => {
    const refs: MessageRef[] = [];
    for await (const { changes, cursor } of receive.changes({ folder, since })) {
      for (const change of changes) if (change.type === 'message-added') refs.push(change.message.ref);
      since = { kind: 'cursor', cursor };
    }
    return refs;
  };
  const deliver = (count: number): void => {
    for (let index = 0; index < count; index += 1) put([`Subject: new ${(delivered += 1)}`, 'From: ada@example.org', '', 'x'.repeat(20_000)]);
  };
  deliver(30);
  await sweep();
  return {
    deliver,
    sweep: () => counted(sweep),
    read: (refs) =>
      counted(async () => {
        let octets = 0;
        for await (const { source } of receive.fetchRawEach(refs)) for await (const chunk of source.bytes) octets += chunk.byteLength;
        return octets;
      }),
  };
}

describe('requests for each new message', () => {
  it.each([10, 50, 200, 201, 1_000])('are at most 0.2 for the metadata of %i at once, and 1.2 with their content', (count) =>
    setting(async (given) => {
      const { deliver, sweep, read } = await watched(given);
      deliver(count);
      const { value: refs, requests } = await sweep();
      expect(refs).toHaveLength(count);
      expect(requests / count).toBeLessThanOrEqual(0.2);
      const content = await read(refs);
      expect(content.value).toBeGreaterThan(20_000 * count);
      expect((requests + content.requests) / count).toBeLessThanOrEqual(1.2);
    }),
  );

  it('are two for a lone mail: one that finds it and one that reads it', () =>
    setting(async (given) => {
      const { deliver, sweep, read } = await watched(given);
      for (let mail = 0; mail < 3; mail += 1) {
        deliver(1);
        const found = await sweep();
        const content = await read(found.value);
        expect([found.value.length, found.requests, content.requests]).toEqual([1, 1, 1]);
      }
    }));
});
