import type { AuditTable, JournalTable, RevisionTable, SwitchTable } from './deployment.ts';
import type { DutyTable } from './duties.ts';
import type { BaselineRunTable, BaselineTable, CursorTable, DeliveryTable, EffectTable, RefTable, SightingTable } from './ledger.ts';
import type { HealthTable, LeaseTable, MailboxTable } from './mailboxes.ts';
import type { OutboxEventTable, OutboxPartTable, OutboxTable } from './outbox.ts';
import type { SealingKeyTable, TokenTable } from './tokens.ts';

/**
 * The tables, in the subset that SQLite and PostgreSQL share: integers for instants (milliseconds since 1970) and for yes and no, text for
 * everything else, JSON and sealed records among it. No column has a default: what a row says was written by somebody.
 */
export interface Schema {
  readonly token: TokenTable;
  readonly sealing_key: SealingKeyTable;
  readonly mailbox: MailboxTable;
  readonly lease: LeaseTable;
  readonly health: HealthTable;
  readonly cursor: CursorTable;
  readonly delivery: DeliveryTable;
  readonly ref: RefTable;
  readonly sighting: SightingTable;
  readonly baseline: BaselineTable;
  readonly baseline_run: BaselineRunTable;
  readonly effect: EffectTable;
  readonly outbox: OutboxTable;
  readonly outbox_part: OutboxPartTable;
  readonly outbox_event: OutboxEventTable;
  readonly revision: RevisionTable;
  readonly switch: SwitchTable;
  readonly journal: JournalTable;
  readonly audit: AuditTable;
  readonly duty: DutyTable;
}
