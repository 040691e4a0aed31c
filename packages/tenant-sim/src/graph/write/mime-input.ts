import { badRequest } from '../http/graph-error.ts';
import type { GraphRequest } from '../http/request.ts';

/** The whole message in base64, lines broken or not (FACTS.md E5). */
export async function mimeBody(request: GraphRequest): Promise<Buffer> {
  const text = (await request.body()).toString('latin1').replaceAll(/\s+/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw badRequest('Invalid base64 string for MIME content.', 'ErrorMimeContentInvalidBase64String');
  return Buffer.from(text, 'base64');
}
