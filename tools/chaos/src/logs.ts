import { appendFileSync, readFileSync } from 'node:fs';

// The two logs that are compared, one line of JSON for each thing that happened. Nothing of the router's is in them.

/** What the tenant tells of the mailboxes that are read. An object is one message, whatever becomes of its text, ids and UIDs. */
export type TenantLine =
  /** It lies where the router looks from now on: delivered, appended, copied or moved there. */
  | { readonly event: 'in'; readonly mailbox: string; readonly object: number; readonly tag: string; readonly how: string }
  /** Somebody else has taken it away, or the server has lost it: whether it still is delivered depends on who was first. */
  | { readonly event: 'away'; readonly mailbox: string; readonly object: number }
  /** It was there before the router came to this mailbox: it is not to be delivered. */
  | { readonly event: 'before'; readonly mailbox: string; readonly object: number; readonly tag: string }
  /** A mail that was sent has reached the mailbox where all of them go. */
  | { readonly event: 'reached'; readonly object: number; readonly tag: string };

/** One handing over that the consumer has in safe hands. */
export interface ConsumerLine {
  readonly delivery: string;
  readonly mailbox: string;
  readonly tag: string;
}

/** What the sender asked for. */
export interface SenderLine {
  /** `asked`: about to be handed to the outbox; `taken`: the outbox has it. */
  readonly event: 'asked' | 'taken';
  readonly mailbox: string;
  readonly tag: string;
  readonly entry?: string;
}

export const appendLine = (file: string, line: TenantLine | ConsumerLine | SenderLine): void => appendFileSync(file, `${JSON.stringify(line)}\n`);

export const readTenantLog = (file: string): readonly TenantLine[] => readLines(file) as readonly TenantLine[];
export const readConsumerLog = (file: string): readonly ConsumerLine[] => readLines(file) as readonly ConsumerLine[];
export const readSenderLog = (file: string): readonly SenderLine[] => readLines(file) as readonly SenderLine[];

/** Empty while the file is not there yet. A line that is being written is left for the next time. */
function readLines(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as unknown);
}
