import type { EmailAddress } from '@signalbox/core';
import type { Mailbox } from '../store/mailbox.ts';
import type { Tenant } from '../tenant.ts';

type Switch = () => Promise<void>;
/** It lasts until this is disposed of. */
type Holding = () => Promise<Disposable>;

const ONCE = { times: 1 } as const;

/** What can go wrong at the door `imap`, for one mailbox. */
export interface ImapFaults {
  readonly expireCursors: Switch;
  readonly rewindPositions: Switch;
  readonly hideOnce: (subject: string) => Promise<void>;
  readonly dropConnections: Switch;
  readonly hang: Holding;
  readonly throttle: Holding;
  readonly fillMailbox: Holding;
}

/** What can go wrong at the door `smtp`, for one mailbox or, where a connection is not known to be its, for all. */
export interface SmtpFaults {
  readonly dropConnections: Switch;
  readonly hang: Holding;
  readonly loseNextSendAnswer: Switch;
  readonly throttle: Holding;
}

/** `Faults` of `@signalbox/conformance`, as far as a door knows them. */
export function imapFaultsOf({ faults, facts }: Tenant, mailbox: Mailbox): ImapFaults {
  const place = { mailbox: mailbox.address };
  return {
    async expireCursors() {
      faults.set('imap.uidvalidity-roll', place, ONCE);
    },
    async rewindPositions() {
      faults.set('imap.uidnext-rewind', place, ONCE);
    },
    async hideOnce(subject) {
      for (const message of mailbox.folder('inbox')?.messages ?? []) if (facts.headers(message).subject === subject) faults.set('imap.omit-uid', { ...place, uid: message.uid }, ONCE);
    },
    async dropConnections() {
      faults.set('imap.drop-connections', place, ONCE);
    },
    hang: async () => faults.set('imap.hang', place),
    throttle: async () => faults.set('imap.throttled', place),
    fillMailbox: async () => faults.set('mailbox.full', place),
  };
}

/** `Faults` of `@signalbox/conformance`, as far as a door knows them. */
export const smtpFaultsOf = ({ faults }: Tenant, mailbox: EmailAddress): SmtpFaults => ({
  async dropConnections() {
    faults.set('smtp.drop-connections', {}, ONCE);
  },
  hang: async () => faults.set('smtp.hang'),
  async loseNextSendAnswer() {
    faults.set('smtp.cut-after-data', { mailbox, accepted: true }, ONCE);
  },
  throttle: async () => faults.set('smtp.throttled', { mailbox }),
});
