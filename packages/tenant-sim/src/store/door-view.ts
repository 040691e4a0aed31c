import type { TenantBehaviour } from '../door.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import { editHeaders } from '../mime/edit.ts';
import { headerFacts } from '../mime/facts.ts';
import { type MimeDoor, regenerate } from '../mime/regenerate.ts';
import { type MimePart, parseTree } from '../mime/tree.ts';
import type { Mailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import { Recent } from './recent.ts';
import type { MessageSource } from './source.ts';

export interface MimeText {
  readonly raw: Buffer;
  readonly root: MimePart;
}

/** A mailbox as one door shows it: where the doors of Exchange differ, and where faults make them disagree. */
export interface DoorView {
  mime(mailbox: Mailbox, message: Message): MimeText;
  arrivedAt(mailbox: Mailbox, message: Message): Date;
}

/** A client that reads a large message in pieces asks for the same text again and again. */
const REMEMBERED = 16;

export function createDoorView(door: MimeDoor, { faults, behaviour }: { readonly faults: FaultRegistry; readonly behaviour: TenantBehaviour }): DoorView {
  const parsed = (raw: Buffer): MimeText => ({ raw, root: parseTree(raw) });
  const texts = new Recent<MessageSource, MimeText>(REMEMBERED, (source) => parsed(behaviour.mime === 'kept' ? source.read() : regenerate(source.read(), door)));
  return {
    mime({ address }, { source }) {
      const text = texts.get(source);
      const id = faults.take('door.message-id', { door, mailbox: address })?.as;
      const strip = door === 'graph' && faults.take('graph.strip-x-headers', { mailbox: address });
      if (!id && !strip) return text;
      return parsed(editHeaders(id ? withOtherId(text.raw, id) : text.raw, { remove: strip ? ownXHeaders(text.root) : [] }));
    },
    arrivedAt({ address }, { arrivedAt }) {
      return new Date(arrivedAt + (faults.take('door.arrival-shift', { door, mailbox: address })?.ms ?? 0));
    },
  };
}

function withOtherId(raw: Buffer, as: 'rewritten' | 'without-brackets'): Buffer {
  const { messageId } = headerFacts(raw);
  if (messageId === undefined) return raw;
  return editHeaders(raw, { remove: ['Message-ID'], add: [`Message-ID: ${as === 'rewritten' ? `<rewritten.${messageId}>` : messageId}`] });
}

const ownXHeaders = ({ fields }: MimePart): readonly string[] => fields.map(({ name }) => name).filter((name) => /^x-(?!ms-)/i.test(name));
