import { type Attachment, type ByteSource, type CallOptions, MailError, type MessageRef } from '@signalbox/core';
import type { MessageStructureObject } from 'imapflow';
import { decode } from '../transfer-encoding.ts';
import { enter, type Session } from '../session.ts';
import { attachmentsOf, findPart } from '../structure.ts';
import { confirmExistence, fetchRow, PIECE, Pieces, sectionReader } from './pieces.ts';

export async function listAttachments(session: Session, ref: MessageRef, options?: CallOptions): Promise<readonly Attachment[]> {
  enter(session, options);
  const structure = await readStructure(session, ref, options);
  return structure ? attachmentsOf(structure) : [];
}

export async function fetchAttachment(session: Session, ref: MessageRef, attachmentId: string, options?: CallOptions): Promise<ByteSource> {
  enter(session, options);
  const structure = await readStructure(session, ref, options);
  const part = structure && findPart(structure, attachmentId);
  const attachment = structure && attachmentsOf(structure).find(({ id }) => id === attachmentId);
  if (!part || !attachment) throw new MailError('message.not-found', `The message has no attachment "${attachmentId}".`);
  const read = sectionReader(session, ref, attachmentId, options);
  const bytes = decode(part.encoding, new Pieces(await read(0, PIECE), read));
  return {
    ...(attachment.size !== undefined && { size: attachment.size }),
    bytes,
    async [Symbol.asyncDispose]() {
      await bytes.return();
    },
  };
}

/** Absent where the server cannot make out a structure, though the message exists. */
async function readStructure(session: Session, ref: MessageRef, options?: CallOptions): Promise<MessageStructureObject | undefined> {
  const signal = options?.signal;
  return session.pool.use(
    async (connection) => {
      const { bodyStructure } = await fetchRow(connection, ref, { bodyStructure: true }, signal);
      if (!bodyStructure) await confirmExistence(connection, ref, signal);
      return bodyStructure;
    },
    { signal, folder: ref.folder, repeatable: true },
  );
}
