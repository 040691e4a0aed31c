import { type RawBuilder, sql } from 'kysely';

/** Which open deliveries a claim takes. */
export interface Claimable {
  readonly limit: number;
  /** At most so many of one mailbox. */
  readonly perMailbox: number;
  /** Only of these. */
  readonly mailboxes?: readonly string[];
  /** The mailboxes behind this one, by the bytes of their ids, have their turn first. */
  readonly after?: string;
}

/**
 * The table `open_mailbox(mailbox)`, to stand behind `with recursive`: the mailboxes that have something open, found by skipping from one to the
 * next in the index of what is open. However much is open, it costs one look for each mailbox. Its last row is null.
 */
export const openMailboxes: RawBuilder<unknown> = sql`open_mailbox(mailbox) as (
  select min(mailbox) from delivery where state = 'open'
  union all
  select (select min(mailbox) from delivery where state = 'open' and mailbox > open_mailbox.mailbox) from open_mailbox where open_mailbox.mailbox is not null
)`;
