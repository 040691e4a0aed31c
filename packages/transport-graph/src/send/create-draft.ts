import { type CallOptions, type InternetMessageId, isMailError, type MailError } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';
import { type RequestBody, segment } from '../http/request.ts';
import { backOffMs } from '../http/retry-after.ts';
import { countAttachments } from './attach/count.ts';
import type { Sending } from './sending.ts';

export interface NewDraft {
  readonly body: RequestBody;
  /** What the message calls itself. */
  readonly messageId?: InternetMessageId | undefined;
  /** Nothing is attached afterwards. */
  readonly isWhole: boolean;
}

export interface CreatedDraft {
  readonly id: string;
  /** As the server has it: it may have given another. */
  readonly messageId?: InternetMessageId;
}

interface DraftAnswer {
  readonly id?: string;
  readonly internetMessageId?: string;
}

const MOST_ATTEMPTS = 3;

/**
 * Makes a draft, from MIME or from properties. Nothing leaves by it, so that what got no answer may be asked for again; the draft it perhaps
 * made is looked for first, and used.
 */
export async function createDraft(sending: Sending, draft: NewDraft, options?: CallOptions): Promise<CreatedDraft> {
  const { client, clock, log } = sending;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return draftOf(await client.json<DraftAnswer>({ method: 'POST', path: '/messages', body: draft.body, signal: options?.signal }));
    } catch (error) {
      if (!isUnclear(error)) throw error;
      await clock.sleep(pauseAfter(error, attempt), options?.signal);
      const made = await madeBefore(sending, draft, options);
      log.log('info', 'graph.draft-answer-lost', { attempt, found: made !== undefined, code: error.code });
      if (made) return made;
      if (attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}

/** A connection that was lost is tried again at once, then more slowly; a server that says when is heeded (FACTS.md F). */
export const pauseAfter = ({ retryAfterMs }: MailError, attempt: number): number => retryAfterMs ?? (attempt === 1 ? 0 : backOffMs(attempt - 1));

export const isUnclear = (error: unknown): error is MailError => isMailError(error) && error.retry === 'unknown-outcome';

function draftOf({ id = '', internetMessageId }: DraftAnswer): CreatedDraft {
  const messageId = normalizeMessageId(internetMessageId);
  return { id, ...(messageId !== undefined && { messageId }) };
}

/** Of an earlier staging that stopped between its attachments nobody knows which of them are whole: such a draft is not used. */
async function madeBefore({ client }: Sending, { messageId, isWhole }: NewDraft, options?: CallOptions): Promise<CreatedDraft | undefined> {
  if (messageId === undefined) return undefined;
  const query = { $filter: `internetMessageId eq '<${messageId.replaceAll("'", "''")}>'`, $select: 'id,internetMessageId', $top: 2 };
  const { value = [] } = await client.json<{ readonly value?: readonly DraftAnswer[] }>({ method: 'GET', path: '/mailFolders/drafts/messages', query, names: 'folder', signal: options?.signal });
  const [only] = value;
  if (value.length !== 1 || only?.id === undefined) return undefined;
  return isWhole || (await countAttachments(client, only.id, options)) === 0 ? draftOf(only) : undefined;
}

/** A draft that will not be sent. Where it cannot be removed for good it goes to the Deleted Items (FACTS.md E8). */
export async function discardDraft({ client, log }: Sending, id: string): Promise<void> {
  const path = `/messages/${segment(id)}`;
  try {
    await client.run({ method: 'POST', path: `${path}/permanentDelete`, idempotent: true }).catch(() => client.run({ method: 'DELETE', path }));
  } catch (error) {
    if (isMailError(error) && error.code === 'message.not-found') return;
    log.log('warn', 'graph.draft-left', { code: isMailError(error) ? error.code : 'unknown' });
  }
}
