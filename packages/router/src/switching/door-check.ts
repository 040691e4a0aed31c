import { type CallOptions, type FolderId, type FolderSelector, isMailError, type MessageSummary, type Receive } from '@signalbox/core';
import type { Ledger } from '@signalbox/store';
import { isStill, TOLERANCE_MS } from '../receiving/binding.ts';
import { identityOf } from '../receiving/identity.ts';
import { nameOf } from '../receiving/mailbox-session.ts';

/** How much of what is recorded of one folder is found again with the credentials of another flow. */
export interface FolderAgreement {
  /** As the configuration names it. */
  readonly folder: string;
  /** `lost`: the server cannot go on from where the ledger stands. `none`: the folder was never read. */
  readonly position: 'holds' | 'lost' | 'none';
  /** Of the newest messages, those that the ledger knows under the same ref as the same message. */
  readonly agreed: number;
  /** Those that the ledger has no record of, since they came after it was written last. */
  readonly unknown: number;
  /** Those whose ref names another message in the ledger. */
  readonly contradicted: number;
}

export interface DoorCheck {
  readonly mailbox: string;
  readonly folders: readonly FolderSelector[];
  /** Opened with the credentials of the other flow. */
  readonly receive: Receive;
  readonly ledger: Pick<Ledger, 'cursor' | 'known'>;
}

/** So many of the newest messages that were recorded are compared, */
const COMPARED = 20;
/** and looked for among so many. */
const MOST_LISTED = 1_000;

/**
 * Whether positions and refs that were recorded with other credentials hold here. They do where the position can be gone on from (with IMAP: the
 * UIDVALIDITY is still the same) and the latest refs name the messages that they named. Records nothing, and matches no message by what it says.
 */
export async function checkDoor(check: DoorCheck, options?: CallOptions): Promise<readonly FolderAgreement[]> {
  const agreements: FolderAgreement[] = [];
  for (const selector of check.folders) {
    const { id } = await check.receive.findFolder(selector, options);
    agreements.push({ folder: nameOf(selector), position: await positionIn(check, id, options), ...(await compareNewest(check, id, options)) });
  }
  return agreements;
}

async function positionIn({ mailbox, receive, ledger }: DoorCheck, folder: FolderId, options?: CallOptions): Promise<FolderAgreement['position']> {
  const state = await ledger.cursor(mailbox, { door: receive.refSpace, folder });
  if (!state) return 'none';
  try {
    // The first batch says enough, and ends the iterator.
    for await (const _batch of receive.changes({ folder, since: { kind: 'cursor', cursor: state.cursor }, ...options })) break;
    return 'holds';
  } catch (error) {
    if (isMailError(error) && error.retry === 'restart') return 'lost';
    throw error;
  }
}

type Count = Pick<FolderAgreement, 'agreed' | 'unknown' | 'contradicted'>;

/** Newest first, past what has come since: in a busy mailbox that may be more than is compared. */
async function compareNewest(check: DoorCheck, folder: FolderId, options?: CallOptions): Promise<Count> {
  const count = { agreed: 0, unknown: 0, contradicted: 0 };
  let page: MessageSummary[] = [];
  let listed = 0;
  for await (const message of check.receive.list({ folder, order: 'newest-first', ...options })) {
    listed += 1;
    page.push(message);
    if (page.length < COMPARED) continue;
    await comparePage(check, page, count);
    page = [];
    if (count.agreed + count.contradicted >= COMPARED || listed >= MOST_LISTED) return count;
  }
  await comparePage(check, page, count);
  return count;
}

async function comparePage({ mailbox, receive, ledger }: DoorCheck, page: readonly MessageSummary[], count: { -readonly [Key in keyof Count]: number }): Promise<void> {
  if (page.length === 0) return;
  const sightings = page.map((message) => ({ door: receive.refSpace, ...message.ref, ...identityOf(message) }));
  const known = await ledger.known({ mailbox, sightings, toleranceMs: TOLERANCE_MS, byFacts: false });
  for (const sighting of sightings) {
    const object = known.find(({ refs }) => refs.some((ref) => ref.door === sighting.door && ref.folder === sighting.folder && ref.key === sighting.key));
    if (!object) count.unknown += 1;
    else if (isStill(sighting, object)) count.agreed += 1;
    else count.contradicted += 1;
  }
}
