import type { TenantClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import { type GeneratedMail, GeneratedSource } from './generated.ts';
import { createMailbox, type Mailbox, type MailboxCounters } from './mailbox.ts';

export interface Filling extends Partial<GeneratedMail> {
  readonly count: number;
  /** Well-known name; default inbox. */
  readonly folder?: string;
  /** Arrivals are spread over this much time before now. Default 30 days. */
  readonly spreadMs?: number;
}

/** Every mailbox of the tenant. One comes into being when it is first asked for, so that 10,000 unused ones cost nothing. */
export interface MailStore {
  /** The mailbox behind a user's id, principal name or address; none without a user who has a licence. */
  mailbox(key: string): Mailbox | undefined;
  /** Those that have come into being. */
  open(): readonly Mailbox[];
  /** Puts generated mail into a folder; its text is made from the seed whenever it is read. */
  fill(mailbox: Mailbox, filling: Filling): void;
  /** Forgets every mailbox: the next one asked for is empty. */
  reset(): void;
}

export function createMailStore({ clock, directory, faults }: { readonly clock: TenantClock; readonly directory: Directory; readonly faults: FaultRegistry }): MailStore {
  const mailboxes = new Map<string, Mailbox>();
  const counters = new Map<string, MailboxCounters>();
  actions(faults, (key) => mailboxOf(key));

  function mailboxOf(key: string): Mailbox | undefined {
    const user = directory.user(key);
    if (!user?.licensed) return undefined;
    const found = mailboxes.get(user.id);
    if (found) return found;
    const after = counters.get(user.id);
    const mailbox = createMailbox({ id: user.id, address: user.addresses[0] ?? user.userPrincipalName, clock, faults, ...(after && { after }) });
    mailboxes.set(user.id, mailbox);
    return mailbox;
  }

  return {
    mailbox: mailboxOf,
    open: () => [...mailboxes.values()],
    reset() {
      for (const mailbox of mailboxes.values()) counters.set(mailbox.id, mailbox.counters);
      mailboxes.clear();
    },
    fill(mailbox, { count, folder = 'inbox', spreadMs = 30 * 86_400_000, seed = 1, ...rest }) {
      const mail: GeneratedMail = { seed, to: mailbox.address, ...rest };
      const from = clock.now().getTime() - spreadMs;
      for (let index = 0; index < count; index += 1) {
        const at = Math.floor(from + (spreadMs * index) / count);
        mailbox.append(folder, { source: new GeneratedSource(mail, index, at), arrivedAt: new Date(at) });
      }
    },
  };
}

/** Faults that are done once, to a mailbox, the moment they are set. */
function actions(faults: FaultRegistry, mailboxOf: (key: string) => Mailbox | undefined): void {
  faults.onSet('imap.uidvalidity-roll', ({ mailbox, folder }) => {
    mailboxOf(mailbox)?.rollUidValidity(folder);
    return true;
  });
  faults.onSet('imap.uidnext-rewind', ({ mailbox, folder }) => {
    mailboxOf(mailbox)?.rewindUidNext(folder);
    return true;
  });
}
