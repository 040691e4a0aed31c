import { type CallOptions, isMailError } from '@signalbox/core';
import type { GraphClient } from '../http/client.ts';

/** Where messages lie on their way out. */
export type WayStation = 'drafts' | 'outbox' | 'sentitems';

/** Tells which of them a folder id is. */
export type WayStations = (folderId: string, options?: CallOptions) => Promise<WayStation | undefined>;

/** The likeliest first. */
const STATIONS: readonly WayStation[] = ['sentitems', 'drafts', 'outbox'];

/** Ids of folders never change (FACTS.md E9), and are asked for once. */
export function createWayStations(client: Pick<GraphClient, 'json'>): WayStations {
  const ids = new Map<WayStation, string>();
  return async (folderId, options) => {
    for (const station of STATIONS) {
      const id = ids.get(station) ?? (await idOf(client, station, options));
      if (id !== undefined) ids.set(station, id);
      if (id === folderId) return station;
    }
    return undefined;
  };
}

/** The Outbox is not there in a mailbox that has never needed one. */
async function idOf(client: Pick<GraphClient, 'json'>, station: WayStation, options?: CallOptions): Promise<string | undefined> {
  try {
    return (await client.json<{ readonly id?: string }>({ method: 'GET', path: `/mailFolders/${station}`, query: { $select: 'id' }, names: 'folder', signal: options?.signal })).id;
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return undefined;
    throw error;
  }
}
