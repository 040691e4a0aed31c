import { type CallOptions, isMailError, MailError, type MailErrorCode } from '@signalbox/core';
import { segment } from '../../http/request.ts';
import type { AttachedPart } from '../mime/survey.ts';
import type { Sending } from '../sending.ts';

/** Where one attachment goes in pieces. The address opens itself: it is a secret, takes no token and stands in no log (FACTS.md E7). */
export interface UploadSession {
  /** Sends one piece that begins at `from`; tells whether the attachment is complete, or the session gone. Never repeats by itself. */
  put(piece: Uint8Array<ArrayBuffer>, from: number, options?: CallOptions): Promise<'taken' | 'complete' | 'gone'>;
  /** Where to go on. `undefined`: there is no such session any more; it has expired, or is complete. */
  position(options?: CallOptions): Promise<number | undefined>;
  /** The server forgets what it has. Best effort: it would expire by itself. */
  cancel(): Promise<void>;
}

/** One mailbox takes 150 MB in five minutes (FACTS.md E12): a large message has to wait for its turn. */
const PATIENCE_MS = 6 * 60_000;

/**
 * An address that carries its own proof is refused (401, 403), or gone (404, 410), for itself: that says nothing of the mailbox, its
 * credential or a position, and another session has another address.
 */
const GONE: ReadonlySet<MailErrorCode> = new Set(['auth.rejected', 'access.denied', 'cursor.expired', 'message.not-found']);
const isGone = (error: unknown): boolean => isMailError(error) && GONE.has(error.code);

export async function openUploadSession({ client }: Pick<Sending, 'client'>, draftId: string, { name, contentType, contentId, isInline, size }: AttachedPart, options?: CallOptions): Promise<UploadSession> {
  const { uploadUrl = '' } = await client.json<{ readonly uploadUrl?: string }>({
    method: 'POST',
    path: `/messages/${segment(draftId)}/attachments/createUploadSession`,
    body: { json: { AttachmentItem: { attachmentType: 'file', name, size, contentType, isInline, ...(contentId !== undefined && { contentId }) } } },
    idempotent: true, // a session that nobody uses expires
    signal: options?.signal,
  });
  if (!uploadUrl.startsWith('https://') || !URL.canParse(uploadUrl)) throw new MailError('protocol.violation', `${client.host} opened an upload session and did not say where.`);
  const address = { path: uploadUrl, anonymous: true } as const;
  return {
    async put(piece, from, putOptions) {
      try {
        const headers = { 'content-range': `bytes ${from}-${from + piece.byteLength - 1}/${size}` };
        const body = { bytes: piece, type: 'application/octet-stream' };
        const { status } = await client.run({ ...address, method: 'PUT', headers, body, idempotent: false, patienceMs: PATIENCE_MS, signal: putOptions?.signal });
        return status === 201 ? 'complete' : 'taken';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },
    async position(positionOptions) {
      try {
        return nextOf(await client.json<Progress>({ ...address, method: 'GET', signal: positionOptions?.signal }));
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
    async cancel() {
      await client.run({ ...address, method: 'DELETE', patienceMs: 0 }).catch(() => {}); // it expires by itself
    },
  };
}

/** Outlook writes the name in its own way, and only where to go on: `["2097152"]`; Graph says `["0-"]` (FACTS.md E7). */
interface Progress {
  readonly NextExpectedRanges?: readonly string[];
  readonly nextExpectedRanges?: readonly string[];
}

function nextOf({ NextExpectedRanges, nextExpectedRanges }: Progress): number | undefined {
  const next = Number.parseInt((NextExpectedRanges ?? nextExpectedRanges)?.[0] ?? '', 10);
  return Number.isNaN(next) ? undefined : next;
}
