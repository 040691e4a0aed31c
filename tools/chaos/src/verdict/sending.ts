import type { SenderLine, TenantLine } from '../logs.ts';

/** What came of the mail that was sent. */
export interface SendingVerdict {
  /** Mails that the outbox had taken. */
  readonly taken: number;
  /** Mails that reached the recipient once. */
  readonly once: number;
  /** Taken, never there, and nobody was told. */
  readonly lost: readonly string[];
  /** There more than once. */
  readonly doubled: readonly string[];
  /** Never there, or there once: the outbox says that it cannot know, and waits for a person. */
  readonly held: readonly string[];
  /** There, though nobody had asked for it. */
  readonly unasked: readonly string[];
}

/** `held`: tags of the mails that the outbox lists as waiting for a person. */
export function judgeSending(tenant: readonly TenantLine[], sender: readonly SenderLine[], held: ReadonlySet<string>): SendingVerdict {
  const reached = new Map<string, number>();
  for (const line of tenant) if (line.event === 'reached') reached.set(line.tag, (reached.get(line.tag) ?? 0) + 1);
  const asked = new Set(sender.map(({ tag }) => tag));
  const taken = new Set(sender.filter(({ event }) => event === 'taken').map(({ tag }) => tag));
  const times = (tag: string): number => reached.get(tag) ?? 0;
  return {
    taken: taken.size,
    once: [...taken].filter((tag) => times(tag) === 1).length,
    lost: [...taken].filter((tag) => times(tag) === 0 && !held.has(tag)),
    doubled: [...asked].filter((tag) => times(tag) > 1),
    held: [...taken].filter((tag) => held.has(tag)),
    unasked: [...reached.keys()].filter((tag) => !asked.has(tag)),
  };
}
