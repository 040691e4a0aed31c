import type { Folder } from '../../store/folder.ts';
import type { Mailbox } from '../../store/mailbox.ts';
import type { Message } from '../../store/message.ts';

/** Messages in the order in which Graph lists them unless told: newest first. */
export interface MessageOrder {
  inFolder(folder: Folder): readonly Message[];
  /** Everything a list of the mailbox shows: all folders but the Recoverable Items (FACTS.md E2). */
  inMailbox(mailbox: Mailbox): readonly Message[];
}

interface Sorted {
  readonly sequence: number;
  readonly messages: readonly Message[];
}

const isRecoverable = (folder: Folder): boolean => folder.wellKnown?.startsWith('recoverableitems') ?? (folder.parent !== undefined && isRecoverable(folder.parent));

const newestFirst = (messages: readonly Message[]): readonly Message[] => messages.toReversed().sort((a, b) => b.arrivedAt - a.arrivedAt || b.location - a.location);

/** Sorting 100,000 messages for each page would take longer than everything else, so an order is kept until something changes. */
export function createMessageOrder(): MessageOrder {
  const kept = new WeakMap<Folder | Mailbox, Sorted>();
  const sorted = <K extends Folder | Mailbox>(key: K, list: (key: K) => readonly Message[]): readonly Message[] => {
    const found = kept.get(key);
    if (found?.sequence === key.sequence) return found.messages;
    const messages = newestFirst(list(key));
    kept.set(key, { sequence: key.sequence, messages });
    return messages;
  };
  return {
    inFolder: (folder) => sorted(folder, ({ messages }) => messages),
    inMailbox: (mailbox) => sorted(mailbox, ({ folders }) => folders.filter((folder) => !isRecoverable(folder)).flatMap(({ messages }) => messages)),
  };
}
