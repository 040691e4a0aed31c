import { type CallOptions, type InternetMessageId, isMailError, type SendOutcome } from '@signalbox/core';
import type { GraphClient } from '../http/client.ts';
import { segment } from '../http/request.ts';
import type { StagedDraft } from './handle.ts';
import type { WayStations } from './folders.ts';

/** What tells where a message is on its way. */
interface Whereabouts {
  readonly isDraft?: boolean;
  readonly parentFolderId?: string;
}

interface Place {
  readonly client: Pick<GraphClient, 'json'>;
  readonly stationOf: WayStations;
}

const SELECT = 'isDraft,parentFolderId';

/** By its immutable id, which the Sent copy keeps (FACTS.md E6). */
export async function outcomeOfDraft({ client, stationOf }: Place, { id }: StagedDraft, options?: CallOptions): Promise<SendOutcome> {
  const message = await found(client.json<Whereabouts>({ method: 'GET', path: `/messages/${segment(id)}`, query: { $select: SELECT }, signal: options?.signal }));
  if (message === 'forbidden') return 'cannot-tell';
  return message ? outcomeAt(message, stationOf, options) : 'not-found';
}

/** Several messages may bear one Message-ID, such as the Sent copy and what came back to the sender: the one that got farthest counts. */
const FARTHEST: readonly SendOutcome[] = ['sent', 'cannot-tell', 'staged'];

export async function outcomeOfMessageId({ client, stationOf }: Place, messageId: InternetMessageId, options?: CallOptions): Promise<SendOutcome> {
  const query = { $filter: `internetMessageId eq '<${messageId.replaceAll("'", "''")}>'`, $select: SELECT, $top: 50 };
  const answer = await found(client.json<{ readonly value?: readonly Whereabouts[] }>({ method: 'GET', path: '/messages', query, signal: options?.signal }));
  if (answer === 'forbidden') return 'cannot-tell';
  const outcomes = new Set<SendOutcome>();
  for (const message of answer?.value ?? []) outcomes.add(await outcomeAt(message, stationOf, options));
  return FARTHEST.find((outcome) => outcomes.has(outcome)) ?? 'not-found';
}

/**
 * A draft in Drafts is staged, also one that was accepted and waits there for transport (FACTS.md E6): its id may be sent again and leaves once.
 * What is no draft any more and in no folder of the way out has been sent, wherever rules or people have put it since.
 * A draft elsewhere was moved by somebody who may have had a reason: no program shall send it.
 */
async function outcomeAt({ isDraft, parentFolderId = '' }: Whereabouts, stationOf: WayStations, options?: CallOptions): Promise<SendOutcome> {
  const station = await stationOf(parentFolderId, options);
  if (station === 'sentitems') return 'sent';
  if (isDraft === true) return station === 'drafts' ? 'staged' : 'cannot-tell';
  return isDraft === false && station === undefined ? 'sent' : 'cannot-tell';
}

/** Where an application may send and not read, nobody can look. */
async function found<T>(looking: Promise<T>): Promise<T | undefined | 'forbidden'> {
  try {
    return await looking;
  } catch (error) {
    if (!isMailError(error)) throw error;
    if (error.code === 'message.not-found') return undefined;
    if (error.code === 'access.denied') return 'forbidden';
    throw error;
  }
}
