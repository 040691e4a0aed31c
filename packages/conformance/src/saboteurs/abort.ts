import type { CallOptions, MailTransport, Receive } from '@signalbox/core';
import type { Saboteur } from './saboteur.ts';
import { bendBatches, withMutate, withProbe, withReceive, withSend } from './wrap.ts';

/** An abort while waiting is told as the platform's AbortError instead of the signal's own reason. */
async function withOwnReason<T>(promise: Promise<T>, options: CallOptions | undefined): Promise<T> {
  const early = options?.signal?.aborted;
  try {
    return await promise;
  } catch (error) {
    if (!early && options?.signal?.aborted) throw new DOMException('This operation was aborted', 'AbortError');
    throw error;
  }
}

/** Swallows the first message of the next reading of a folder, once something has been left behind. */
function withLeftovers(transport: MailTransport, change: (inner: Pick<Receive, 'list' | 'fetchRaw' | 'changes'>, leave: () => void) => Partial<Receive>): MailTransport {
  let leftBehind = false;
  return withReceive(transport, (inner) => {
    const { changes } = bendBatches(inner, (batch) => {
      if (!leftBehind || batch.changes.length === 0) return batch;
      leftBehind = false;
      return { ...batch, changes: batch.changes.slice(1) };
    });
    const reading = { changes, list: inner.list.bind(inner), fetchRaw: inner.fetchRaw.bind(inner) };
    const leave = (): void => {
      leftBehind = true;
    };
    return { changes, ...change(reading, leave) };
  });
}

/** Calls back when the iteration is left before its end, in the way named. */
async function* noticing<T>(items: AsyncIterable<T>, onLeft: (how: 'break' | 'failure') => void): AsyncGenerator<T> {
  let how: 'break' | 'failure' | 'end' = 'break';
  try {
    for await (const item of items) yield item;
    how = 'end';
  } catch (error) {
    how = 'failure';
    throw error;
  } finally {
    if (how !== 'end') onLeft(how);
  }
}

export const ABORT_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'reads-although-aborted',
    title: 'forgets to pass the signal on when it looks for refs',
    caughtBy: ['abort/aborted-before-reading'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ present: (refs) => inner.present(refs) })),
  },
  {
    id: 'deletes-although-aborted',
    title: 'forgets to pass the signal on when it deletes',
    caughtBy: ['abort/aborted-before-changing'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ delete: (refs, { mode }) => inner.delete(refs, { mode }) })),
  },
  {
    id: 'sends-although-aborted',
    title: 'looks at the signal only while it waits, not before it begins to send',
    caughtBy: ['abort/aborted-before-sending'],
    sabotage: (transport) => withSend(transport, (inner) => ({ dispatch: (what, options) => inner.dispatch(what, options?.signal?.aborted ? {} : options) })),
  },
  {
    id: 'probes-although-aborted',
    title: 'forgets to pass the signal on to its probe',
    caughtBy: ['abort/aborted-before-probing'],
    sabotage: (transport) => withProbe(transport, (inner) => ({ check: () => inner.check() })),
  },
  {
    id: 'own-reason-for-next',
    title: 'rejects a pending next() with an AbortError of its own',
    caughtBy: ['abort/pending-next'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        changes(request) {
          const iterator = inner.changes(request)[Symbol.asyncIterator]();
          return {
            [Symbol.asyncIterator]: () => ({
              next: () => withOwnReason(iterator.next(), request),
              return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
            }),
          };
        },
      })),
  },
  {
    id: 'keeps-what-break-left',
    title: 'carries the rest of a listing that was left early over into the next reading',
    caughtBy: ['abort/break-leaves-usable'],
    sabotage: (transport) =>
      withLeftovers(transport, (inner, leave) => ({
        list: (request) => noticing(inner.list(request), (how) => how === 'break' && leave()),
      })),
  },
  {
    id: 'keeps-what-abort-left',
    title: 'carries the rest of an aborted watch over into the next reading',
    caughtBy: ['abort/usable-after-abort'],
    sabotage: (transport) =>
      withLeftovers(transport, (inner, leave) => ({
        changes: (request) => noticing(inner.changes(request), (how) => how === 'failure' && request.signal?.aborted === true && leave()),
      })),
  },
  {
    id: 'keeps-what-a-reader-left',
    title: 'carries the unread rest of a message over into the next reading',
    caughtBy: ['abort/source-left-early'],
    sabotage: (transport) =>
      withLeftovers(transport, (inner, leave) => ({
        async fetchRaw(...args) {
          const source = await inner.fetchRaw(...args);
          return { bytes: noticing(source.bytes, leave), [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
        },
      })),
  },
  {
    id: 'own-reason-when-reading',
    title: 'rejects an aborted count of unread messages with an AbortError of its own',
    caughtBy: ['abort/while-the-server-hangs'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ unread: (folder, options) => withOwnReason(inner.unread(folder, options), options) })),
  },
  {
    id: 'own-reason-when-sending',
    title: 'rejects an aborted dispatch with an AbortError of its own',
    caughtBy: ['abort/while-sending-hangs'],
    sabotage: (transport) => withSend(transport, (inner) => ({ dispatch: (what, options) => withOwnReason(inner.dispatch(what, options), options) })),
  },
];
