import { convert } from 'html-to-text';
import type { BodyFacts } from '../../mime/facts.ts';
import { parameter, parseStructured } from '../../mime/parameters.ts';
import { headerValue } from '../../mime/headers.ts';
import { type MimePart, parseTree } from '../../mime/tree.ts';

export interface ShownBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

const LONGEST_PREVIEW = 255;
/** Where Outlook, and our own replies, put what they answer to. */
const QUOTED = [/<div[^>]*\bid="?(?:x_)?(?:divRplyFwdMsg|appendonsend)"?[\s>]/i, /<hr[^>]*\btabindex="?-1"?[\s>]/i, /\r?\n_{20,}\r?\n/, /\r?\n-----Original Message-----/];

/** The body as it is, or in the form asked for (`Prefer: outlook.body-content-type`). */
export function shownBody({ html, text }: BodyFacts, wanted?: 'text' | 'html'): ShownBody {
  const kind = wanted ?? (html === undefined ? 'text' : 'html');
  if (kind === 'text') return { contentType: 'text', content: textOf({ text, html }) };
  return { contentType: 'html', content: wholeHtml(html ?? `<div>${escapeHtml(text ?? '').replaceAll(/\r?\n/g, '<br>\r\n')}</div>`) };
}

/** What is new in a message, without what it quotes. */
export function uniqueBody(body: ShownBody): ShownBody {
  const at = QUOTED.map((pattern) => body.content.search(pattern)).filter((index) => index !== -1);
  return at.length === 0 ? body : { ...body, content: body.content.slice(0, Math.min(...at)) };
}

export const preview = (body: BodyFacts): string => textOf(body).trim().slice(0, LONGEST_PREVIEW);

function textOf({ text, html }: { readonly text?: string | undefined; readonly html?: string | undefined }): string {
  if (html === undefined) return text ?? '';
  return convert(html, { wordwrap: false, selectors: [{ selector: 'a', options: { ignoreHref: true } }, { selector: 'img', format: 'skip' }] }).replaceAll(/\r?\n/g, '\r\n');
}

export const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Exchange gives out whole documents, whatever was put in. */
export function wholeHtml(html: string): string {
  if (/<html[\s>]/i.test(html)) return html;
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${html}\r\n</body>\r\n</html>\r\n`;
}

/** Whether anything is attached that is not only shown within the text, read from the structure alone: a list of messages has to be cheap. */
export function hasAttachments(raw: Buffer): boolean {
  if (!raw.includes('multipart/', 0, 'latin1') && !/multipart\//i.test(raw.subarray(0, 8_192).toString('latin1'))) return isAttachment(parseTree(raw), true);
  return parseTree(raw).children.some((part) => holdsAttachment(part));
}

const holdsAttachment = (part: MimePart): boolean => (part.children.length > 0 ? part.children.some(holdsAttachment) : isAttachment(part, false));

function isAttachment({ fields, type, contentType }: MimePart, isWhole: boolean): boolean {
  const disposition = parseStructured(headerValue(fields, 'content-disposition') ?? '').value.toLowerCase();
  if (disposition === 'attachment') return true;
  if (disposition === 'inline' || type === 'text') return false;
  if (headerValue(fields, 'content-id') !== undefined) return false;
  return type !== 'multipart' && (!isWhole || parameter(contentType, 'name') !== undefined);
}
