/** What the demo delivered to one mailbox, and what came out of its route. */
export interface Score {
  readonly mailbox: string;
  readonly delivered: number;
  readonly received: number;
  /** Milliseconds from the server taking a mail to the watcher seeing it; absent when none was seen. */
  readonly medianLatency?: number;
}

/** Recognises delivered mail when it arrives, by Message-ID. */
export interface Tally {
  delivered(mailbox: string, messageId: string): void;
  /** Milliseconds since the delivery; absent for mail that is not the demo's. Counts each mail once. */
  arrived(mailbox: string, messageId: string | undefined): number | undefined;
  scores(): readonly Score[];
}

export function createTally(mailboxes: readonly string[], now: () => number = () => performance.now()): Tally {
  const boxes = new Map(mailboxes.map((mailbox) => [mailbox, { waiting: new Map<string, number>(), delivered: 0, latencies: [] as number[] }]));
  return {
    delivered(mailbox, messageId) {
      const box = boxes.get(mailbox);
      if (!box) return;
      box.delivered += 1;
      box.waiting.set(messageId, now());
    },
    arrived(mailbox, messageId) {
      const box = boxes.get(mailbox);
      const since = messageId === undefined ? undefined : box?.waiting.get(messageId);
      if (!box || messageId === undefined || since === undefined) return undefined;
      box.waiting.delete(messageId);
      const latency = now() - since;
      box.latencies.push(latency);
      return latency;
    },
    scores: () =>
      [...boxes].map(([mailbox, { delivered, latencies }]) => {
        const middle = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)];
        return { mailbox, delivered, received: latencies.length, ...(middle !== undefined && { medianLatency: middle }) };
      }),
  };
}
