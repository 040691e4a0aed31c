import type { EmailAddress, FolderRole, Keyword } from '@signalbox/core';
import type { Mailbox } from '../store/mailbox.ts';
import type { Message, MessageState } from '../store/message.ts';
import { keptSource } from '../store/source.ts';
import type { WellKnownName } from '../store/well-known.ts';
import type { Tenant } from '../tenant.ts';

/** The store itself, which knows nothing of protocols: a `Door` of `@signalbox/conformance`. */
export interface SecondDoor {
  readonly deliver: (raw: Uint8Array, options?: { readonly role?: FolderRole; readonly receivedAt?: Date; readonly keywords?: readonly Keyword[] }) => Promise<void>;
  readonly stored: (role: FolderRole) => Promise<readonly { readonly raw: Uint8Array; readonly receivedAt: Date; readonly keywords: ReadonlySet<Keyword> }[]>;
  readonly expunge: (role: FolderRole, subject: string) => Promise<void>;
  readonly move: (from: FolderRole, to: FolderRole, subject: string) => Promise<void>;
  readonly setKeywords: (role: FolderRole, subject: string, keywords: readonly Keyword[]) => Promise<void>;
  readonly submitted: () => Promise<readonly { readonly mailFrom: EmailAddress; readonly rcptTo: readonly EmailAddress[]; readonly raw: Uint8Array }[]>;
}

const FOLDERS: Readonly<Record<FolderRole, WellKnownName>> = { inbox: 'inbox', sent: 'sentitems', drafts: 'drafts', archive: 'archive', junk: 'junkemail', trash: 'deleteditems', outbox: 'outbox' };

type State = Pick<MessageState, 'isRead' | 'isAnswered' | 'flag' | 'isDraft' | 'mdnSent'>;

/** Exchange stores no other keywords (FACTS.md C5). */
const KEYWORDS: Readonly<Record<Keyword, (state: State) => boolean>> = {
  $seen: ({ isRead }) => isRead,
  $answered: ({ isAnswered }) => isAnswered,
  $flagged: ({ flag }) => flag === 'flagged',
  $draft: ({ isDraft }) => isDraft,
  $mdnsent: ({ mdnSent }) => mdnSent,
};

const stateOf = (keywords: readonly Keyword[]): State => ({
  isRead: keywords.includes('$seen'),
  isAnswered: keywords.includes('$answered'),
  flag: keywords.includes('$flagged') ? 'flagged' : 'notFlagged',
  isDraft: keywords.includes('$draft'),
  mdnSent: keywords.includes('$mdnsent'),
});

const keywordsOf = (message: Message): ReadonlySet<Keyword> => new Set(Object.keys(KEYWORDS).filter((keyword) => KEYWORDS[keyword]?.(message)));

/** Looks at one mailbox, and changes it as another client would, past every door. */
export function openSecondDoor({ facts, mailFlow }: Tenant, mailbox: Mailbox): SecondDoor {
  const messages = (role: FolderRole): readonly Message[] => mailbox.folder(FOLDERS[role])?.messages ?? [];
  const withSubject = (role: FolderRole, subject: string): readonly Message[] => messages(role).filter((message) => facts.headers(message).subject === subject);
  return {
    async deliver(raw, { role = 'inbox', receivedAt, keywords = [] } = {}) {
      mailbox.append(FOLDERS[role], { source: keptSource(raw), ...stateOf(keywords), ...(receivedAt && { arrivedAt: receivedAt }) });
    },
    stored: async (role) => messages(role).map((message) => ({ raw: message.source.read(), receivedAt: new Date(message.arrivedAt), keywords: keywordsOf(message) })),
    async expunge(role, subject) {
      for (const message of withSubject(role, subject)) mailbox.remove(message, 'recoverable');
    },
    async move(from, to, subject) {
      for (const message of withSubject(from, subject)) mailbox.move(message, FOLDERS[to]);
    },
    async setKeywords(role, subject, keywords) {
      for (const message of withSubject(role, subject)) mailbox.update(message, stateOf(keywords));
    },
    submitted: async () => mailFlow.submitted.filter((mail) => mail.mailbox === mailbox.address).map(({ mailFrom, rcptTo, raw }) => ({ mailFrom, rcptTo, raw })),
  };
}
