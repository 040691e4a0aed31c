import { AssertionError } from 'node:assert/strict';
import type { FolderId, FolderRole, MailTransport, Mutate, Receive, Send } from '@signalbox/core';
import type { Door, Faults, World } from '../world.ts';

// A case names in `needs` what it uses; these say so again where a case forgot to.

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AssertionError({ message: `The case uses ${what} without needing it.` });
  return value;
}

export const receiveOf = ({ receive }: MailTransport): Receive => required(receive, 'the facet receive');
export const mutateOf = ({ mutate }: MailTransport): Mutate => required(mutate, 'the facet mutate');
export const sendOf = ({ send }: MailTransport): Send => required(send, 'the facet send');

export const doorOf = <K extends keyof Door>({ door }: World, name: K): NonNullable<Door[K]> => {
  const member: NonNullable<Door[K]> = required(door[name], `the door ${name}`) as NonNullable<Door[K]>;
  return member.bind(door) as NonNullable<Door[K]>;
};

export const faultOf = <K extends keyof Faults>({ faults }: World, name: K): NonNullable<Faults[K]> => {
  const member = required(faults[name], `the fault ${name}`);
  return (typeof member === 'function' ? member.bind(faults) : member) as NonNullable<Faults[K]>;
};

export const folderOf = async (transport: MailTransport, role: FolderRole = 'inbox'): Promise<FolderId> =>
  (await receiveOf(transport).findFolder({ role })).id;
