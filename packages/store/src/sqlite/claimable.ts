import { type RawBuilder, sql } from 'kysely';
import { type Claimable, openMailboxes } from '../deliveries/claimable.ts';

/** In one parameter: a statement of their number would be prepared for each number, a megabyte for thousands, and SQLite takes 32,766 at most. */
const isOneOf = (mailboxes: Claimable['mailboxes']): RawBuilder<boolean> =>
  mailboxes ? sql`open_mailbox.mailbox in (select value from json_each(${JSON.stringify(mailboxes)}))` : sql`open_mailbox.mailbox is not null`;

/** Of each mailbox only its share is looked at: however many are open, a claim costs what it takes. */
export function isClaimable(now: RawBuilder<number>, { limit, perMailbox, mailboxes, after = '' }: Claimable): RawBuilder<boolean> {
  return sql`id in (
    with recursive ${openMailboxes}, share(mailbox, last) as materialized (
      select mailbox, coalesce((
        select sequence from delivery where delivery.mailbox = open_mailbox.mailbox and state = 'open' and due_at <= ${now} order by sequence limit 1 offset ${perMailbox - 1}
      ), ${Number.MAX_SAFE_INTEGER})
      from open_mailbox where ${isOneOf(mailboxes)}
    ), due(id, mailbox, turn) as (
      select id, delivery.mailbox, row_number() over (partition by delivery.mailbox order by sequence) from share
      join delivery on delivery.mailbox = share.mailbox and state = 'open' and sequence <= share.last and due_at <= ${now}
    )
    select id from due order by turn, mailbox <= ${after}, mailbox limit ${limit}
  )`;
}
