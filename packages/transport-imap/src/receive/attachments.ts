import { type Attachment, type ByteSource, type CallOptions, MailError, type MessageRef } from '@signalbox/core';
import type { MessageStructureObject } from 'imapflow';
import { cutPart } from '../cut-part.ts';
import { decode } from '../transfer-encoding.ts';
import { enter, type Session } from '../session.ts';
import { attachmentsOf, findPart, lacksHeader } from '../structure.ts';
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
  const first = await read(0, PIECE);
  if (lacksHeader(part, first)) {
    const cut = await fromSource(session, ref, attachmentId, options);
    if (cut) return sourceOf(cut);
  }
  return sourceOf(decode(part.encoding, new Pieces(first, read)), attachment.size);
}

const sourceOf = (bytes: AsyncGenerator<Buffer, void, undefined>, size?: number): ByteSource => ({
  ...(size !== undefined && { size }),
  bytes,
  async [Symbol.asyncDispose]() {
    await bytes.return();
  },
});

/** An attached message of a server that hands out only its text (docs/quirks/greenmail.md). Absent where the source has no such part. */
async function fromSource(session: Session, ref: MessageRef, id: string, options?: CallOptions): Promise<AsyncGenerator<Buffer, void, undefined> | undefined> {
  const read = sectionReader(session, ref, undefined, options);
  const cut = cutPart(new Pieces(await read(0, PIECE), read), id);
  const { done, value } = await cut.next();
  if (done) return undefined;
  return (async function* () {
    try {
      yield value;
      yield* cut;
    } finally {
      await cut.return();
    }
  })();
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
