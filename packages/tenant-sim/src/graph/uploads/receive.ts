import { attach } from '../attachments/write.ts';
import type { GraphContext } from '../graph-context.ts';
import { GraphError, badRequest, itemNotFound } from '../http/graph-error.ts';
import { noContent, ok, type Reply } from '../http/reply.ts';
import { header } from '../http/request.ts';
import { MessageView } from '../messages/view.ts';
import type { UploadSession } from './sessions.ts';

/** A request to an uploadUrl: it opens itself, nobody signs in. */
export interface UploadRequest {
  readonly method: string;
  readonly url: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly held: DisposableStack;
  readonly signal: AbortSignal;
  body(limit?: number): Promise<Buffer>;
}

export const isUpload = (url: string): boolean => /^\/api\/v2\.0\/.*\/attachmentsessions/i.test(url);

/** Of one piece. */
const LARGEST_PIECE = 4 * 1_024 * 1_024;

export function sessionOf(graph: GraphContext, url: string): UploadSession {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const id = /attachmentsessions\('([\w-]+)'\)/i.exec(pathname)?.[1] ?? '';
  const session = graph.uploads.find(id, searchParams.get('authtoken') ?? '');
  if (!session) throw itemNotFound();
  return session;
}

export async function receive(graph: GraphContext, request: UploadRequest, session: UploadSession): Promise<Reply> {
  if (request.method === 'DELETE') {
    graph.uploads.close(session);
    return noContent;
  }
  if (request.method === 'GET') return progress(request, session);
  if (request.method !== 'PUT') throw new GraphError(405, 'ErrorMethodNotAllowed', 'The HTTP method is not allowed for this resource.');
  const { from, to } = rangeOf(request, session);
  const piece = await request.body(LARGEST_PIECE);
  if (piece.byteLength !== to - from + 1) throw badRequest('The Content-Range does not have the length of the content.', 'ErrorInvalidRequest');
  // Looked at again after the body has come: another piece may have been quicker.
  if (from !== session.received) throw wrongRange();
  session.pieces.push(piece);
  session.received = to + 1;
  return session.received === session.size ? complete(graph, request, session) : progress(request, session);
}

const wrongRange = (): GraphError => new GraphError(416, 'invalidRange', 'Uploaded fragment overlaps with existing data.');

function rangeOf(request: UploadRequest, { size, received }: UploadSession): { readonly from: number; readonly to: number } {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header(request, 'content-range') ?? '') ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (total === undefined || Number(total) !== size || to < from || to >= size) throw badRequest('The Content-Range header is missing or malformed.', 'ErrorInvalidRequest');
  if (from !== received) throw wrongRange();
  return { from, to };
}

/** PascalCase, and only where to go on: Outlook answers in its own words (FACTS.md E7). */
function progress({ origin, url }: UploadRequest, { expiresAt, received }: UploadSession): Reply {
  const path = url.slice('/api/v2.0/'.length).split('?', 1)[0] ?? '';
  return ok({ '@odata.context': `${origin}/api/v2.0/$metadata#${path}/$entity`, ExpirationDateTime: new Date(expiresAt).toISOString(), NextExpectedRanges: [String(received)] });
}

async function complete(graph: GraphContext, { origin }: UploadRequest, session: UploadSession): Promise<Reply> {
  graph.uploads.close(session);
  const mailbox = graph.store.mailbox(session.owner);
  const owner = graph.directory.user(session.owner);
  const message = mailbox?.byNumber(session.messageNumber);
  if (!mailbox || !owner || !message) throw itemNotFound();
  const view = await new MessageView({ graph, mailbox, owner, immutableIds: session.immutableIds, basicsOnly: false }, message).load();
  const { view: after, attachment } = await attach(view, { ...session.file, content: Buffer.concat(session.pieces) });
  const location = `${origin}/v1.0/Users('${owner.id}@${graph.directory.tenant.id}')/Messages('${after.id}')/Attachments('${attachment.id}')`;
  return { status: 201, headers: { Location: location } };
}
