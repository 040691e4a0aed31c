import type { ChangeBatch, ChangesRequest, Cursor } from '@signalbox/core';
import { decodeCursor, encodeCursor } from '@signalbox/kit';
import { z } from 'zod';
import type { MemoryConfig } from '../config.ts';
import type { Session } from '../session.ts';
import { Bell } from './bell.ts';
import { folderOf, look, type Position } from './look.ts';

/** An empty batch at least every five minutes is a sign of life. */
const SIGN_OF_LIFE_MS = 4 * 60_000;
/** A message the server knows of but has not shown is asked for again soon. */
const MISSING_MS = 500;

const position = z.object({ epoch: z.number(), entry: z.number(), missing: z.array(z.string()), sweptAt: z.number() });

/** Reports a folder batch by batch, each with the cursor to go on from. */
export async function* changes(session: Session, config: MemoryConfig, refSpace: string, request: ChangesRequest): AsyncGenerator<ChangeBatch, void, undefined> {
  const { folder: id, since, watch = false, wake, signal } = request;
  const until = session.until(signal);
  const binding = { refSpace, folder: id, version: 1 };
  const startAt = async (): Promise<Position> => {
    const folder = await session.request((mailbox) => folderOf(mailbox, id), signal);
    if (since.kind === 'cursor') return position.parse(decodeCursor(binding, since.cursor));
    return { epoch: folder.epoch, entry: since.kind === 'now' ? folder.position : 0, missing: [], sweptAt: 0 };
  };
  const cursorOf = (at: Position): Cursor => encodeCursor(binding, at);

  const bell = new Bell();
  let at = await startAt();
  const stopWatching = config.push ? await session.request((mailbox) => folderOf(mailbox, id).watch(() => bell.ring()), signal) : () => false;
  using _hints = bell.ringWith(watch ? wake : undefined);
  try {
    for (let askedAgain = false; ; ) {
      const from = at;
      const { changes, more, position: next } = await session.request((mailbox) => look(mailbox, id, from, session.clock.now()), signal);
      at = next;
      const waiting = next.missing.length > 0;
      yield { changes, cursor: cursorOf(next), sweptAt: new Date(next.sweptAt), caughtUp: !more && !waiting };
      if (more) continue;
      if (watch) await bell.wait(session.clock, waiting ? MISSING_MS : config.push ? SIGN_OF_LIFE_MS : config.pollMs, until);
      else if (!waiting || askedAgain) return;
      else askedAgain = true;
    }
  } finally {
    stopWatching();
  }
}
