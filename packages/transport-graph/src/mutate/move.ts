import type { CallOptions, FolderId, MessageRef, MovedMessage } from '@signalbox/core';
import type { GraphMessage } from '../convert.ts';
import { requireFolder } from '../folders.ts';
import { segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';
import { changeEach } from './bulk.ts';

/** The folder is asked for first: a message must not be tried to be moved nowhere. */
export async function moveMessages(session: Session, refs: readonly MessageRef[], to: FolderId, options?: CallOptions): Promise<readonly MovedMessage[]> {
  enter(session, options);
  if (refs.length === 0) return [];
  return moveTo(session, refs, await requireFolder(session, to, options), options);
}

/** Immutable ids stay the same, so that moving once more does no harm (FACTS.md E9). */
export const moveTo = (session: Session, refs: readonly MessageRef[], folder: FolderId, options?: CallOptions): Promise<readonly MovedMessage[]> =>
  changeEach<GraphMessage, MovedMessage>(
    session,
    refs,
    {
      itemOf: ({ key }) => ({ method: 'POST', path: `/messages/${segment(key)}/move`, json: { destinationId: folder }, idempotent: true }),
      done: (from, { id }) => ({ from, to: { folder, key: id ?? from.key } }),
    },
    options,
  );
