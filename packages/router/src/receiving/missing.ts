import type { MessageRef } from '@signalbox/core';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReaderContext } from './folder-reader.ts';
import type { Listed } from './listed.ts';

/** What came of comparing the ledger with a listing. */
export interface Missing {
  /** So many places are known to be empty now. */
  readonly gone: number;
  /** So many were not listed and are there all the same: the listing was not whole, and nothing was concluded from it. */
  readonly unlisted: number;
}

/** Of the ledger's places so many are read at a time. */
const PAGE = 500;
/** So many are asked for at a time. */
const ASKED = 100;
/** More than that are left for the next audits: whoever empties a large folder is in no hurry. */
const MOST = 5_000;

/**
 * Notes which places of a folder have lost their message, so that a closed delivery can leave one day. A server that shows half of a folder without
 * saying so, or leaves a message out, must not empty the ledger: what the listing did not show is asked for once more, one by one, and if a single
 * one is there nothing is noted. One that comes back after all is un-marked by whoever sees it.
 */
export async function markMissing({ receive, folder, ledger, holding, intake }: Pick<ReaderContext, 'receive' | 'folder' | 'ledger' | 'holding' | 'intake'>, listed: Listed, signal: AbortSignal): Promise<Missing> {
  const missing: MessageRef[] = [];
  const place = { mailbox: holding.mailbox, door: receive.refSpace, folder: folder.id };
  for (let after: string | undefined; missing.length < MOST; ) {
    const keys = await ledger.held({ ...place, ...(after !== undefined && { after }), limit: PAGE });
    for (const key of keys) if (!listed.has(key) && missing.length < MOST) missing.push({ folder: folder.id, key });
    if (keys.length < PAGE) break;
    after = keys.at(-1);
    await turn(undefined, { signal }); // the embedded store answers without giving others their turn
  }
  let unlisted = 0;
  for (const asked of portions(missing, ASKED)) unlisted += (await receive.present(asked, { signal })).length;
  if (unlisted > 0) return { gone: 0, unlisted };
  let gone = 0;
  for (const portion of portions(missing, PAGE)) {
    // What was reported since was added by whoever reported it.
    const removed = portion.filter(({ key }) => !listed.has(key));
    await intake.take({ folder: folder.id, messages: [], removed, shown: { by: 'audit' } }, { signal });
    gone += removed.length;
  }
  return { gone, unlisted };
}

function* portions<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
