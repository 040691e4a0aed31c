import type { Keyring, SealedRecord } from '../crypto/keyring.ts';
import type { DeliveryTable } from '../schema/ledger.ts';

export interface Delivery {
  readonly id: string;
  readonly mailbox: string;
  /** Order within the mailbox. */
  readonly sequence: number;
  readonly state: 'open' | 'closed' | 'dead';
  readonly arrivedAt: number;
  /** JSON, as it was recorded. Absent once closed, and where it does not open. */
  readonly facts?: string;
  /** The sealed facts do not open: the code of the failure. The message itself lies in its mailbox. */
  readonly unreadable?: string;
  readonly sameMessageAs?: string;
  readonly own?: string;
  /** Of the last handing over, while it lasts. */
  readonly receipt?: string;
  /** How often it was handed over. */
  readonly attempts: number;
  readonly dueAt: number;
  readonly claimedUntil?: number;
  readonly createdAt: number;
  readonly closedAt?: number;
  readonly error?: string;
  /** W3C traceparent of how it was received, as long as it is open. */
  readonly trace?: string;
}

export const COLUMNS = [
  'id',
  'mailbox',
  'sequence',
  'state',
  'arrived_at',
  'sealed',
  'key_id',
  'same_message_as',
  'own',
  'receipt',
  'attempts',
  'due_at',
  'claimed_until',
  'created_at',
  'closed_at',
  'error',
  'trace',
] as const satisfies readonly (keyof DeliveryTable)[];

export function toDelivery(keyring: Keyring, row: Pick<DeliveryTable, (typeof COLUMNS)[number]>): Delivery {
  const { id, mailbox, sequence, state, attempts } = row;
  return {
    id,
    mailbox,
    sequence,
    state,
    attempts,
    arrivedAt: row.arrived_at,
    dueAt: row.due_at,
    createdAt: row.created_at,
    ...(row.sealed !== null && row.key_id !== null && factsOf(keyring, id, { sealed: row.sealed, keyId: row.key_id })),
    ...(row.same_message_as !== null && { sameMessageAs: row.same_message_as }),
    ...(row.own !== null && { own: row.own }),
    ...(row.receipt !== null && { receipt: row.receipt }),
    ...(row.claimed_until !== null && { claimedUntil: row.claimed_until }),
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    ...(row.error !== null && { error: row.error }),
    ...(row.trace !== null && { trace: row.trace }),
  };
}

/** One that is damaged is handed over all the same: its message can be read, and the others are not held up. */
function factsOf(keyring: Keyring, id: string, record: SealedRecord): Pick<Delivery, 'facts' | 'unreadable'> {
  const readable = keyring.read('delivery', id, record);
  return 'text' in readable ? { facts: readable.text } : { unreadable: readable.failure.code };
}
