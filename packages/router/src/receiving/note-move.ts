import type { CallOptions, FolderId, MessageRef } from '@signalbox/core';
import type { Ledger } from '@signalbox/store';
import { type FindContext, findMoved } from './find-moved.ts';
import type { Wanted } from './locate.ts';

export interface MoveContext extends FindContext {
  readonly ledger: Ledger;
}

/** What was moved, and between where. */
export interface NotedMove extends Wanted {
  readonly from: MessageRef;
  readonly target: FolderId;
  /** Absent where the server did not tell. */
  readonly to?: MessageRef;
}

/**
 * After we moved a message ourselves, the ledger has to know where it lies: otherwise a copy that arrives within two seconds would be taken for
 * the same message, moved out and back. Where the server does not tell (IMAP without UIDPLUS), it is looked for; what is not found is known to be gone.
 */
export async function noteMove(context: MoveContext, { from, target, to, ...wanted }: NotedMove, options?: CallOptions): Promise<void> {
  const { ledger, holding, receive } = context;
  const door = receive.refSpace;
  const place = to ?? (await findMoved(context, target, wanted, options));
  if (!place) {
    await ledger.record({ holding, gone: [{ door, ...from }] });
    return;
  }
  await ledger.record({ holding, rebound: [{ object: { kind: 'delivery', id: wanted.delivery }, place: { door, ...place } }] });
}
