import type { DeleteOptions, MessageRef } from '@signalbox/core';
import { requireFolder, WELL_KNOWN } from '../folders.ts';
import { segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';
import { changeEach } from './bulk.ts';
import { moveTo } from './move.ts';

/** Not by DELETE: that goes one step further for what lies in the trash already (FACTS.md E8). */
export async function deleteMessages(session: Session, refs: readonly MessageRef[], { mode, signal }: DeleteOptions): Promise<void> {
  const options = signal ? { signal } : {};
  enter(session, options);
  if (refs.length === 0) return;
  if (mode === 'to-trash') {
    await moveTo(session, refs, await requireFolder(session, WELL_KNOWN.trash, options), options);
    return;
  }
  const same = (ref: MessageRef): MessageRef => ref;
  await changeEach(session, refs, { itemOf: ({ key }) => ({ method: 'POST', path: `/messages/${segment(key)}/permanentDelete`, idempotent: true }), done: same, goneIsDone: same }, options);
}
