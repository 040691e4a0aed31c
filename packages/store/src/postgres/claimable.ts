import { type RawBuilder, sql } from 'kysely';
import { type Claimable, openMailboxes } from '../deliveries/claimable.ts';

/** In one parameter, of which a statement has 65,535 at most. */
const isOneOf = (mailboxes: Claimable['mailboxes']): RawBuilder<boolean> => (mailboxes ? sql`open_mailbox.mailbox = any(${mailboxes}::text[])` : sql`open_mailbox.mailbox is not null`);

/**
 * Of each mailbox only its share is looked at: however many are open, a claim costs what it takes. The planner does not know how few that is, and with
 * a plain join it reads everything that is open, twice; `lateral` leaves it nothing but the index, row by row. The array is made once: a subquery
 * behind `in` may be asked again for another row, and would lock another share each time.
 */
export function isClaimable(now: RawBuilder<number>, { limit, perMailbox, mailboxes, after = '' }: Claimable): RawBuilder<boolean> {
  const mailbox = sql`open_mailbox.mailbox collate "C"`; // as JavaScript and SQLite order it
  return sql`id = any(array(
    with recursive ${openMailboxes}, due(id, turn) as materialized (
      select share.id, share.turn from open_mailbox cross join lateral (
        select id, row_number() over (order by sequence) as turn from delivery
        where delivery.mailbox = open_mailbox.mailbox and state = 'open' and due_at <= ${now} order by sequence limit ${perMailbox}
      ) as share
      where ${isOneOf(mailboxes)} order by turn, ${mailbox} <= ${after}, ${mailbox}
    )
    select taken.id from due cross join lateral (
      select id from delivery where delivery.id = due.id and state = 'open' and due_at <= ${now} for update skip locked
    ) as taken limit ${limit}
  ))`;
}
