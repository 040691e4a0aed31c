import type { Content } from '@signalbox/core';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { createClaims } from './claim.ts';
import { createCounts } from './counts.ts';
import { createDecide } from './decide.ts';
import { createFind } from './find.ts';
import { createParts } from './parts.ts';
import { createPrune } from './prune.ts';
import { createReports } from './reports.ts';
import { createSettle } from './settle.ts';
import { createSubmit } from './submit.ts';

/** What is to be sent, one entry for each request. It decides nothing: it writes what it is told, and refuses what cannot happen. */
export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox(database: Database, keyring: Keyring) {
  const parts = createParts(database, keyring);
  return {
    submit: createSubmit(database, keyring, parts),
    ...createClaims(database, keyring),
    ...createSettle(database, keyring),
    ...createFind(database, keyring),
    /** What the router has still to work on, by mailbox and state. */
    counts: createCounts(database),
    decide: createDecide(database, keyring),
    reported: createReports(database, keyring),
    prune: createPrune(database),
    /** Opened anew for each reading. */
    content: (id: string, size: number): Content => parts.content(id, size),
  };
}
