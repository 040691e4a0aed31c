import type { Router } from '@signalbox/router';

const STATES = new Set(['sent', 'refused', 'failed', 'held', 'cancelled']);

/** A mail that `send` has returned is stored and will be sent, whatever happens: waiting for it is optional. */
export async function untilSettled({ outbox }: Router, id: string): Promise<string> {
  for (;;) {
    const entry = await outbox.get(id);
    if (entry && STATES.has(entry.state)) return entry.state;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
