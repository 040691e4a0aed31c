import { type EmailAddress, MailError, type Staged } from '@signalbox/core';

/** What a draft is known by, and what its sending needs to tell of it: enough for another process. */
export interface StagedDraft {
  /** The draft's immutable id: the Sent copy keeps it (FACTS.md E6, E9). */
  readonly id: string;
  readonly mailbox: EmailAddress;
  readonly rcptTo: readonly EmailAddress[];
}

const VERSION = 1;

export const encodeHandle = ({ id, mailbox, rcptTo }: StagedDraft): string => JSON.stringify({ v: VERSION, id, mailbox, rcptTo });

/** Throws `config.invalid` for what was not staged here. */
export function decodeHandle({ handle }: Pick<Staged, 'handle'>, mailbox: EmailAddress): StagedDraft {
  const draft = parse(handle);
  if (!isDraft(draft)) throw new MailError('config.invalid', 'This handle was not made by this transport.', { affects: 'item' });
  if (draft.mailbox.toLowerCase() !== mailbox.toLowerCase()) throw new MailError('config.invalid', 'This handle belongs to another mailbox.', { affects: 'item' });
  return draft;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isDraft(value: unknown): value is StagedDraft {
  if (typeof value !== 'object' || value === null) return false;
  const { v, id, mailbox, rcptTo } = value as Readonly<Record<string, unknown>>;
  return v === VERSION && typeof id === 'string' && typeof mailbox === 'string' && Array.isArray(rcptTo) && rcptTo.every((one) => typeof one === 'string');
}
