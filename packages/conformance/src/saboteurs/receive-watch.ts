import type { Saboteur } from './saboteur.ts';
import { bendBatches, withReceive } from './wrap.ts';

export const WATCH_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'watches-with-closed-eyes',
    title: 'reports nothing more once a watch has caught up',
    caughtBy: ['receive/watch-learns-of-mail', 'receive/watch-reports-once', 'receive/wake-looks-now'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        changes(request) {
          let caughtUp = false;
          return bendBatches(inner, (batch) => {
            const blind = caughtUp && request.watch === true;
            caughtUp ||= batch.caughtUp;
            return blind ? { ...batch, changes: [] } : batch;
          }).changes(request);
        },
      })),
  },
  {
    id: 'stutters-while-watching',
    title: 'reports every message of a watch twice',
    caughtBy: ['receive/watch-reports-once'],
    sabotage: (transport) => withReceive(transport, (inner) => bendBatches(inner, (batch, { watch }) => (watch ? { ...batch, changes: [...batch.changes, ...batch.changes] } : batch))),
  },
  {
    id: 'sleeps-through-the-alarm',
    title: 'ignores being woken',
    caughtBy: ['receive/wake-looks-now'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ changes: ({ wake: _ignored, ...request }) => inner.changes(request) })),
  },
  {
    id: 'ends-with-its-wake-ups',
    title: 'ends a watch when the source of its wake-ups ends',
    caughtBy: ['receive/end-of-wake-ends-nothing'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *changes(request) {
          const { wake, ...rest } = request;
          if (!wake) return yield* inner.changes(request);
          const over = Promise.withResolvers<{ readonly done: true; readonly value: undefined }>();
          async function* hints(): AsyncGenerator<void> {
            yield* wake ?? [];
            over.resolve({ done: true, value: undefined });
          }
          const iterator = inner.changes({ ...rest, wake: hints() })[Symbol.asyncIterator]();
          for (;;) {
            const step = await Promise.race([iterator.next(), over.promise]);
            if (step.done) return void iterator.return?.();
            yield step.value;
          }
        },
      })),
  },
];
