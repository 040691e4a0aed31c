import { type CallOptions, isMailError, type Receive } from '@signalbox/core';

/** The folders in which a mail lies on its way out, and the one in which it comes back to its sender. */
const STATIONS = ['sent', 'outbox', 'drafts', 'inbox'] as const;

export type Station = (typeof STATIONS)[number];

/** By role, those that the mailbox has. */
export async function stationsOf(receive: Receive, options: CallOptions): Promise<ReadonlyMap<Station, string>> {
  const found = new Map<Station, string>();
  for (const role of STATIONS) {
    try {
      found.set(role, (await receive.findFolder({ role }, options)).id);
    } catch (error) {
      if (!isMailError(error) || error.code !== 'folder.not-found') throw error;
    }
  }
  return found;
}
