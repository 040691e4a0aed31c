import { type CallOptions, type FolderId, type MessageRef, type MessageSummary, type Receive } from '@signalbox/core';
import type { Holding, Ledger } from '@signalbox/store';
import { TOLERANCE_MS } from './binding.ts';
import { contentKeyOf } from './content.ts';
import { factsKeyOf, identityOf } from './identity.ts';
import { isMessageOf, type Wanted } from './locate.ts';

export interface FindContext {
  readonly ledger: Pick<Ledger, 'known'>;
  readonly holding: Holding;
  readonly receive: Receive;
}

/** Without a Message-ID so many of the newest are looked through: what is moved came of late, nearly always. */
const NEWEST = 1000;

/**
 * Which message in a folder is the one that was just moved there, where the server did not say (IMAP without UIDPLUS). `undefined` where nobody can tell, and when it
 * is gone from there already.
 */
export async function findMoved(context: FindContext, target: FolderId, wanted: Wanted, options?: CallOptions): Promise<MessageRef | undefined> {
  let found: MessageRef | undefined;
  for await (const message of lyingIn(context.receive, target, wanted, options)) {
    if (factsKeyOf(message) !== factsKeyOf(wanted.facts) || !isMessageOf(message, wanted)) continue;
    if (!(await isAnothers(context, message, wanted, options))) found = message.ref;
  }
  return found;
}

function lyingIn(receive: Receive, folder: FolderId, { facts: { messageId }, arrivedAt }: Wanted, { signal }: CallOptions = {}): AsyncIterable<MessageSummary> {
  const call = { ...(signal && { signal }) };
  if (messageId !== undefined) return receive.locate({ messageId, folders: [folder], ...(arrivedAt && { receivedAt: arrivedAt }) }, call);
  return receive.list({ folder, limit: NEWEST, ...(arrivedAt && { receivedSince: new Date(arrivedAt.getTime() - TOLERANCE_MS) }), ...call });
}

/** One that is known to be another delivery's, or one without a Message-ID that holds something else. */
async function isAnothers({ ledger, holding: { mailbox }, receive }: FindContext, message: MessageSummary, { delivery }: Wanted, options?: CallOptions): Promise<boolean> {
  const { ref } = message;
  const place = { door: receive.refSpace, ...ref };
  const identity = identityOf(message);
  const known = await ledger.known({ mailbox, sightings: [{ ...place, ...identity }], toleranceMs: TOLERANCE_MS, byFacts: false });
  if (known.some(({ id, refs }) => id !== delivery && refs.some(({ door, folder, key, gone }) => !gone && door === place.door && folder === place.folder && key === place.key))) return true;
  const contentKey = known.find(({ id }) => id === delivery)?.contentKey;
  return contentKey !== undefined && identity.idKey === undefined && contentKey !== (await contentKeyOf(receive, ref, options));
}
