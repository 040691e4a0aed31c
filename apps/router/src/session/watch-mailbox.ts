import { type ChangesSince, type Clock, type Folder, type FolderSelector, isMailError, MailError, type MessageSummary, type Receive } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type Connections, type MailboxRoutes, waitAfter } from '@signalbox/router';
import { signInCommand } from './sign-in-command.ts';

export type WatchEvent =
  /** From now on new mail is seen. Told once, and again after a failure. */
  | { readonly kind: 'watching'; readonly routes: MailboxRoutes; readonly folder: Folder; readonly since: Date }
  | { readonly kind: 'message'; readonly routes: MailboxRoutes; readonly folder: Folder; readonly message: MessageSummary; readonly seenAt: Date }
  /** Without `retryInMs` the mailbox is given up: only a changed configuration can help. `command` is what to run where somebody has to sign in. */
  | { readonly kind: 'failure'; readonly routes: MailboxRoutes; readonly error: unknown; readonly retryInMs?: number; readonly command?: string };

export interface WatchOptions {
  readonly connections: Connections;
  readonly routes: MailboxRoutes;
  readonly folder: FolderSelector;
  readonly since: 'now' | 'beginning';
  /** The system's own when not given. */
  readonly clock?: Clock;
  readonly signal: AbortSignal;
  readonly emit: (event: WatchEvent) => void;
}

/** Tells of new mail until the signal aborts, whatever happens in between. Returns; never throws. */
export async function watchFolder(options: WatchOptions): Promise<void> {
  const { connections, routes, clock = systemClock, signal, emit } = options;
  const position: Position = { since: { kind: options.since }, failures: 0 };
  while (!signal.aborted) {
    const error = await watchOnce(options, position).catch((thrown: unknown) => thrown);
    if (signal.aborted) return;
    // Whoever lost the position cannot continue from it; going on from now is said, not hidden.
    if (isMailError(error) && error.retry === 'restart') position.since = { kind: 'now' };
    const command = await signInCommand(connections, routes, error);
    const failure = { kind: 'failure', routes, error, ...(command !== undefined && { command }) } as const;
    if (isFinal(error)) {
      emit(failure);
      return;
    }
    const retryInMs = waitAfter(error, position.failures);
    position.failures += 1;
    emit({ ...failure, retryInMs });
    await clock.sleep(retryInMs, signal).catch(() => {});
  }
}

interface Position {
  since: ChangesSince;
  /** In a row. */
  failures: number;
}

/** Answers, or throws, why it ended. */
async function watchOnce({ connections, routes, folder: selector, clock = systemClock, signal, emit }: WatchOptions, position: Position): Promise<unknown> {
  const receive = requireReceive((await connections.open(routes.mailbox.id, 'receive', { signal })).receive);
  const folder = await receive.findFolder(selector, { signal });
  let first = true;
  for await (const batch of receive.changes({ folder: folder.id, since: position.since, watch: true, signal })) {
    position.since = { kind: 'cursor', cursor: batch.cursor };
    position.failures = 0;
    if (first) emit({ kind: 'watching', routes, folder, since: clock.now() });
    first = false;
    for (const change of batch.changes) {
      if (change.type === 'message-added') emit({ kind: 'message', routes, folder, message: change.message, seenAt: clock.now() });
    }
  }
  return new MailError('connection.lost', 'The server ended the watch.');
}

function requireReceive(receive: Receive | undefined): Receive {
  if (!receive) throw new MailError('capability.unsupported', "This mailbox's transport cannot receive.");
  return receive;
}

/** No waiting repairs it. A missing folder may be created, and a lost position was just renewed. */
const isFinal = (error: unknown): boolean => isMailError(error) && error.retry === 'never' && error.affects !== 'folder';
