import type { Content } from '@signalbox/core';

/** The step of an attempt from which on its mail may have left. */
export interface Wire {
  /** Takes it, the first time. Throws what keeps the attempt from it, each time. */
  reach(): Promise<void>;
  /** The attempt is over: waits for a step under way. It is not taken any more, and whoever still reads gets nothing. */
  close(): Promise<void>;
  /** What kept the attempt from the step. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** `write` makes it durable, `reached` is called when it is and the attempt goes on. */
export function createWire(write: () => Promise<void>, reached: () => void): Wire {
  let reaching: Promise<void> | undefined;
  let failure: Wire['failure'];
  let isOver = false;
  const demandTime = (): void => {
    if (isOver) throw new Error('The attempt is over.');
  };
  const step = async (): Promise<void> => {
    demandTime();
    try {
      await write();
    } catch (error) {
      failure = { error };
      throw error;
    }
    demandTime();
    reached();
  };
  return {
    reach: () => (reaching ??= step()),
    async close() {
      isOver = true;
      await reaching?.catch(() => {}); // told as `failure`
    },
    get failure() {
      return failure;
    },
  };
}

/**
 * Nothing of a mail leaves before its content is read, and a transport that has to connect and to sign in has done so by then: a process that is
 * killed while a server does not answer has not come to the wire.
 */
export function reachingWhenRead(content: Content, { reach }: Pick<Wire, 'reach'>): Content {
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    await reach();
    yield* content.open();
  }
  return { ...(content.size !== undefined && { size: content.size }), open: read };
}
