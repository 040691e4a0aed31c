import type { Mailbox, MailboxEvent, Message, Tenant } from '@signalbox/tenant-sim';
import { appendLine, type TenantLine } from '../logs.ts';
import { type PlannedMailbox, SINK } from '../plan/population.ts';
import { tagIn } from '../tag.ts';

/** Writes down what becomes of every message object, as the mailbox store itself sees it. */
export interface Truth {
  /** It came, and need not be delivered. */
  excuse(mailbox: string, message: Message): void;
  /** Everything done meanwhile is somebody else's doing, not the router's: what leaves the inbox is not to be counted as lost. */
  acting<T>(work: () => T): T;
}

export function writeTruth(tenant: Pick<Tenant, 'store'>, mailboxes: readonly PlannedMailbox[], file: string): Truth {
  let isActing = false;
  const write = (line: TenantLine): void => appendLine(file, line);
  for (const { id, address, backlog } of mailboxes) {
    const mailbox = mailboxAt(tenant, address);
    for (const message of mailbox.folder('inbox')?.messages ?? []) {
      const what = { mailbox: id, object: message.number, tag: tagOf(message) };
      write(backlog === 'from-now' ? { event: 'before', ...what } : { event: 'in', ...what, how: 'backlog' });
    }
    mailbox.watch((event) => {
      const line = lineOf(id, event, isActing);
      if (line) write(line);
    });
  }
  mailboxAt(tenant, SINK).watch((event) => {
    if (event.kind === 'message-added' && event.folder.wellKnown === 'inbox') write({ event: 'reached', object: event.message.number, tag: tagOf(event.message) });
  });
  return {
    excuse: (mailbox, { number: object }) => write({ event: 'away', mailbox, object }),
    acting(work) {
      isActing = true;
      try {
        return work();
      } finally {
        isActing = false;
      }
    },
  };
}

/** What leaves the inbox by the router's own hand is still due: it may move only what was acknowledged. */
function lineOf(mailbox: string, event: MailboxEvent, isActing: boolean): TenantLine | undefined {
  if (event.folder.wellKnown !== 'inbox') return undefined;
  if (event.kind === 'message-added') return { event: 'in', mailbox, object: event.message.number, tag: tagOf(event.message), how: event.movedFrom ? 'moved' : 'new' };
  return event.kind === 'message-removed' && isActing ? { event: 'away', mailbox, object: event.number } : undefined;
}

export function mailboxAt({ store }: Pick<Tenant, 'store'>, address: string): Mailbox {
  const mailbox = store.mailbox(address);
  if (!mailbox) throw new Error(`The tenant has no mailbox ${address}.`);
  return mailbox;
}

export const tagOf = ({ source }: Message): string => tagIn(source.read().toString('latin1'));
