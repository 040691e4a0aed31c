import type { FolderRole } from '@signalbox/core';
import type { World } from '../world.ts';
import { doorOf } from './parts.ts';

/** The subjects of what a folder holds, oldest first, as the second door sees them. */
export async function storedSubjects(world: World, role: FolderRole): Promise<string[]> {
  const stored = await doorOf(world, 'stored')(role);
  return stored.map(({ raw }) => /^Subject: (.*)$/m.exec(Buffer.from(raw).toString())?.[1]?.trim() ?? '(none)');
}
