import assert, { AssertionError } from 'node:assert/strict';
import type { Change, ChangeBatch, ChangesRequest, ChangesSince, Cursor, FolderRole, MailTransport, MessageRef, MessageSummary } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import type { CaseLimits } from '../limits.ts';
import { folderOf, receiveOf } from './parts.ts';
import { within } from './within.ts';

export const BEGINNING: ChangesSince = { kind: 'beginning' };
export const NOW: ChangesSince = { kind: 'now' };
export const after = (cursor: Cursor): ChangesSince => ({ kind: 'cursor', cursor });

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Every batch until the transport has caught up. */
export async function drain(transport: MailTransport, since: ChangesSince = BEGINNING, role: FolderRole = 'inbox'): Promise<ChangeBatch[]> {
  const batches = await collect(receiveOf(transport).changes({ folder: await folderOf(transport, role), since }));
  assert.ok(batches.length > 0, 'changes ended without a single batch, and so without a cursor');
  return batches;
}

export const cursorOf = (batches: readonly ChangeBatch[]): Cursor => {
  const last = batches.at(-1);
  if (!last) throw new AssertionError({ message: 'There is no batch to take a cursor from.' });
  return last.cursor;
};

export const changesOf = (batches: readonly ChangeBatch[]): Change[] => batches.flatMap(({ changes }) => changes);

export const addedOf = (batches: readonly ChangeBatch[]): MessageSummary[] =>
  changesOf(batches).flatMap((change) => (change.type === 'message-added' ? [change.message] : []));

export const lastUpdateOf = (batches: readonly ChangeBatch[]): Extract<Change, { readonly type: 'message-updated' }> | undefined =>
  changesOf(batches).flatMap((change) => (change.type === 'message-updated' ? [change] : [])).at(-1);

export const subjectsOf = (messages: readonly MessageSummary[]): string[] => messages.map(({ subject }) => subject ?? '(none)');

/** Everything the folder holds, as `changes` reports it from the beginning. */
export const allOf = async (transport: MailTransport, role: FolderRole = 'inbox'): Promise<MessageSummary[]> => addedOf(await drain(transport, BEGINNING, role));

/** The only message with this subject. */
export async function messageOf(transport: MailTransport, subject: string, role: FolderRole = 'inbox'): Promise<MessageSummary> {
  const all = await allOf(transport, role);
  const [message, ...more] = all.filter((candidate) => candidate.subject === subject);
  if (!message) throw new AssertionError({ message: `No message with the subject ${subject} was reported, only ${subjectsOf(all).join(', ') || 'none'}.` });
  assert.equal(more.length, 0, `the message ${subject} was reported ${more.length + 1} times`);
  return message;
}

export async function rawOf(transport: MailTransport, ref: MessageRef): Promise<Buffer> {
  await using source = await receiveOf(transport).fetchRaw(ref);
  return await collectBytes(source.bytes);
}

/** Reads on until the predicate holds for all batches so far. */
export async function readUntil(iterator: AsyncIterator<ChangeBatch>, limits: CaseLimits, what: string, enough: (batches: readonly ChangeBatch[]) => boolean): Promise<ChangeBatch[]> {
  const batches: ChangeBatch[] = [];
  const read = async (): Promise<ChangeBatch[]> => {
    while (!enough(batches)) {
      const step = await iterator.next();
      if (step.done) throw new AssertionError({ message: `${what}: the watch ended by itself.` });
      batches.push(step.value);
    }
    return batches;
  };
  return within(limits.settleMs, read(), what);
}

/** A watch that is closed with the scope it is in. */
export function watch(transport: MailTransport, request: ChangesRequest): AsyncIterator<ChangeBatch> & AsyncDisposable {
  const iterator = receiveOf(transport).changes({ ...request, watch: true })[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    async [Symbol.asyncDispose]() {
      await iterator.return?.();
    },
  };
}
