import type { HubOptions } from './hub.ts';

export interface Acknowledger {
  /** Resolves when it is stored. */
  ack(id: string): Promise<void>;
}

interface Waiting {
  readonly id: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What is acknowledged while a transaction runs shares the next one: a flush of the disk costs more than many rows. */
export function createAcknowledger({ deliveries, effectOf, onClosed }: Pick<HubOptions, 'deliveries' | 'effectOf' | 'onClosed'>): Acknowledger {
  let waiting: Waiting[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const closed = await deliveries.ack({ ids: [...new Set(batch.map(({ id }) => id))], effectOf });
        if (closed.length > 0) onClosed([...new Set(closed.map(({ mailbox }) => mailbox))]);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };
  return {
    ack(id) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ id, resolve, reject });
      // In the next turn of the loop, so that what is acknowledged in this one comes along.
      if (!running) {
        running = true;
        setImmediate(() => void run());
      }
      return promise;
    },
  };
}
