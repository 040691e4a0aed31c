import type { MessageRef, Receive } from '@signalbox/core';
import type { Holding, Ledger } from '@signalbox/store';

export interface MoveContext {
  readonly ledger: Ledger;
  readonly holding: Holding;
  readonly receive: Receive;
}

/**
 * After we moved a message ourselves, the ledger has to know where it lies: otherwise a copy that arrives within two seconds would be taken for
 * the same message, moved out and back. Where the server does not tell (IMAP without UIDPLUS), it is known to be gone.
 */
export async function noteMove({ ledger, holding, receive }: MoveContext, { delivery, from, to }: { readonly delivery: string; readonly from: MessageRef; readonly to?: MessageRef }): Promise<void> {
  const door = receive.refSpace;
  if (!to) {
    await ledger.record({ holding, gone: [{ door, ...from }] });
    return;
  }
  await ledger.record({ holding, rebound: [{ object: { kind: 'delivery', id: delivery }, place: { door, ...to } }] });
}
