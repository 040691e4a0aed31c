import { type CallOptions, isMailError, type KeywordPatch, MailError, type MessageRef } from '@signalbox/core';
import { flagsFor, removableFlags } from '../convert.ts';
import { byFolder } from '../refs.ts';
import { enter, type Session } from '../session.ts';
import { forEachFolder, type Present } from './bulk.ts';

export async function updateKeywords(session: Session, refs: readonly MessageRef[], patch: KeywordPatch, options?: CallOptions): Promise<void> {
  enter(session, options);
  const { add = [], remove = [] } = patch;
  const both = add.find((keyword) => remove.includes(keyword));
  if (both !== undefined) throw new MailError('config.invalid', `The keyword "${both}" is both added and removed.`);
  if (refs.length === 0 || (add.length === 0 && remove.length === 0)) return;
  // With several folders, all of them are asked before any is changed.
  if (byFolder(refs).length > 1) await forEachSelected(session, refs, ({ selected }) => void flagsFor(add, selected), options);
  await forEachFolder(session, refs, { ...options, repeatable: true }, (present) => store(present, patch, options));
}

async function forEachSelected(session: Session, refs: readonly MessageRef[], check: (present: Pick<Present, 'selected'>) => void, options?: CallOptions): Promise<void> {
  const signal = options?.signal;
  for (const { folder } of byFolder(refs)) {
    try {
      await session.pool.use(async (connection) => check({ selected: await connection.select(folder, { signal }) }), { signal, folder, repeatable: true });
    } catch (error) {
      if (!isMailError(error) || error.code !== 'folder.not-found') throw error;
    }
  }
}

async function store({ connection, selected, sets }: Present, { add = [], remove = [] }: KeywordPatch, options?: CallOptions): Promise<readonly never[]> {
  const added = flagsFor(add, selected);
  const removed = removableFlags(remove);
  const quiet = { uid: true, silent: true };
  for (const set of sets) {
    if (added.length > 0) await connection.required((client) => client.messageFlagsAdd(set, added, quiet), options?.signal);
    if (removed.length > 0) await connection.required((client) => client.messageFlagsRemove(set, removed, quiet), options?.signal);
  }
  return [];
}
