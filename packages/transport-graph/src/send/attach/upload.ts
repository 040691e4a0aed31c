import { type CallOptions, isMailError, MailError, type MailErrorCode } from '@signalbox/core';
import { backOffMs } from '../../http/retry-after.ts';
import type { AttachedPart } from '../mime/survey.ts';
import type { Sending } from '../sending.ts';
import { countAttachments } from './count.ts';
import type { Pieces } from './pieces.ts';
import { openUploadSession, type UploadSession } from './upload-session.ts';

/** What is being uploaded, and how many attachments the draft had before. */
export interface Upload {
  readonly draftId: string;
  readonly part: AttachedPart;
  readonly pieces: Pieces;
  readonly before: number;
}

const MOST_SESSIONS = 3;
/** Interruptions without a new piece getting through in between. */
const MOST_FAILURES = 6;

/** One attachment, through one session after another until it is there. Before another session the draft is looked at, so that nothing is attached twice. */
export async function upload(sending: Sending, { draftId, part, pieces, before }: Upload, options?: CallOptions): Promise<void> {
  const { client, log } = sending;
  for (let sessions = 1; ; sessions += 1) {
    const session = await openUploadSession(sending, draftId, part, options);
    try {
      if (await fill(sending, session, { part, pieces }, options)) return;
      if ((await countAttachments(client, draftId, options)) > before) return; // complete: only its last answer was lost
      if (sessions >= MOST_SESSIONS) throw new MailError('unavailable', `${client.host} lost ${sessions} upload sessions before they were complete.`);
    } catch (error) {
      const cancelled = session.cancel();
      if (!options?.signal?.aborted) await cancelled;
      throw error;
    }
    await session.cancel(); // a refused one may still be there
    log.log('warn', 'graph.upload-session-lost', { sessions });
  }
}

type Attachment = Pick<Upload, 'part' | 'pieces'>;

/** Octets the server has, or is believed to have. */
type Position = number | 'unknown';

/** Piece after piece; after an interruption the server is asked where to go on. `false`: the session is not there any more. */
async function fill({ clock, log }: Sending, session: UploadSession, attachment: Attachment, options?: CallOptions): Promise<boolean> {
  let position: Position = 0;
  let farthest = 0;
  for (let failures = 0; ; ) {
    try {
      const next: number | 'complete' | 'gone' = await step(session, attachment, position, options);
      if (typeof next === 'string') return next === 'complete';
      if (next > farthest) failures = 0;
      farthest = Math.max(farthest, next);
      position = next;
    } catch (error) {
      failures += 1;
      if (!isMailError(error) || !INTERRUPTIONS.has(error.code)) throw error;
      if (failures > MOST_FAILURES) throw error;
      log.log('info', 'graph.upload-interrupted', { failures, received: farthest, code: error.code });
      await clock.sleep(error.retryAfterMs ?? backOffMs(failures), options?.signal);
      position = 'unknown';
    }
  }
}

/** A range the server does not expect is an answer that makes no sense (416). */
const INTERRUPTIONS: ReadonlySet<MailErrorCode> = new Set(['unavailable', 'timeout', 'connection.lost', 'throttled', 'protocol.violation']);

async function step(session: UploadSession, { part, pieces }: Attachment, position: Position, options?: CallOptions): Promise<number | 'complete' | 'gone'> {
  if (position === 'unknown' || position >= part.size) {
    const next = await session.position(options);
    return next === undefined || next >= part.size ? 'gone' : next;
  }
  const piece = await pieces.from(position);
  const answer = await session.put(piece, position, options);
  return answer === 'taken' ? position + piece.byteLength : answer;
}
