import { type CallOptions, type Content, MailError } from '@signalbox/core';
import type { Headers, MimeNode } from '@zone-eu/mailsplit';
import { type LetterHeader, letterHeaderOf } from './letter-header.ts';
import { type Part, partsOf } from './parts.ts';
import { demandRebuildable } from './rebuildable.ts';
import { readText } from './text.ts';

export interface SurveyedBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

/** A part that becomes an attachment. `size` counts its octets without transfer encoding: an upload has to say it beforehand (FACTS.md E7). */
export interface AttachedPart {
  readonly index: number;
  readonly name: string;
  readonly contentType: string;
  readonly contentId?: string;
  readonly isInline: boolean;
  readonly size: number;
  /** Its octets, where all attachments together are small enough to be held: then the message need not be read again. */
  readonly held?: readonly Uint8Array[];
}

/** What a message holds: its text, and of its attachments what they are, not what is in them. */
export interface Survey {
  readonly header: LetterHeader;
  readonly body?: SurveyedBody;
  readonly attachments: readonly AttachedPart[];
}

/** Reads a message once, from beginning to end. Throws where it could not be made anew from its parts. */
export async function survey(content: Content, options?: CallOptions): Promise<Survey> {
  let header: LetterHeader | undefined;
  const bodies = new Bodies();
  const holding = new Holding(content.size);
  const attachments: AttachedPart[] = [];
  for await (const part of partsOf(content, options)) {
    const { node } = part;
    header ??= letterHeaderOf(node.headers as Headers);
    demandRebuildable(node);
    if (node.multipart) continue;
    if (bodies.takes(node)) bodies.add(node, await readText(part));
    else attachments.push(attachedPart(part, await holding.measure(part), attachments.length));
  }
  if (!header) throw new MailError('message.refused', 'The message is empty.');
  const { body } = bodies;
  return { header, attachments: holding.addTo(attachments), ...(body && { body }) };
}

/** The text of a message: the first text there is, or the HTML that is an alternative to it. */
class Bodies {
  #first: { readonly node: MimeNode; readonly content: string } | undefined;
  #html: string | undefined;

  get body(): SurveyedBody | undefined {
    if (this.#html !== undefined) return { contentType: 'html', content: this.#html };
    return this.#first && { contentType: 'text', content: this.#first.content };
  }

  takes(node: MimeNode): boolean {
    if ((node.contentType !== 'text/plain' && node.contentType !== 'text/html') || node.disposition === 'attachment' || node.filename !== false) return false;
    if (!this.#first) return true;
    const group = alternativesOf(node);
    return group !== undefined && group === alternativesOf(this.#first.node) && (this.#html === undefined || node.contentType !== 'text/html');
  }

  add(node: MimeNode, content: string): void {
    this.#first ??= { node, content };
    if (node.contentType === 'text/html') this.#html ??= content;
  }
}

/** HTML may lie deeper than the text it is an alternative to, beside its pictures (RFC 2387). */
function alternativesOf(node: MimeNode): unknown {
  for (let at = node.parentNode; at; at = at.parentNode) if (at.multipart === 'alternative') return at;
  return undefined;
}

/** The attachments of a message of some 20 MB. */
const MOST_HELD = 16 * 1_024 * 1_024;

/** Measures attachments, and keeps what it has read as long as there is room for all of it. */
class Holding {
  #room: number;
  #parts: Uint8Array[][] = [];

  /** In base64 they take a third more. */
  constructor(messageSize = 0) {
    this.#room = messageSize > 1.5 * MOST_HELD ? -1 : MOST_HELD;
  }

  async measure(part: Part): Promise<number> {
    const chunks: Uint8Array[] = [];
    if (this.#room >= 0) this.#parts.push(chunks);
    let size = 0;
    for await (const chunk of part.bytes()) {
      size += chunk.byteLength;
      if (this.#take(chunk)) chunks.push(new Uint8Array(chunk)); // whoever has read it may use its memory again
      else chunks.length = 0;
    }
    return size;
  }

  addTo(attachments: readonly AttachedPart[]): readonly AttachedPart[] {
    return this.#room < 0 ? attachments : attachments.map((attachment, index) => ({ ...attachment, held: this.#parts[index] ?? [] }));
  }

  #take({ byteLength }: Uint8Array): boolean {
    if (this.#room < 0) return false;
    this.#room -= byteLength;
    if (this.#room < 0) this.#parts = [];
    return this.#room >= 0;
  }
}

/** One attachment goes through one upload session, and that takes 150 MB (FACTS.md E7). */
const LARGEST = 150 * 1_024 * 1_024;

function attachedPart({ index, node }: Part, size: number, before: number): AttachedPart {
  if (size > LARGEST) {
    throw new MailError('message.too-large', `An attachment has ${size} octets, and Exchange Online takes ${LARGEST} at most.`, {
      remedy: { who: 'mailbox-user', action: 'fix-config', text: 'Send a link instead of the file: no mailbox of Exchange Online takes one of this size.' },
    });
  }
  const contentType = node.contentType || 'application/octet-stream';
  const contentId = (node.headers ? node.headers.getFirst('content-id') : '').replaceAll(/^<|>$/g, '');
  const name = node.filename || `ATT${String(before + 1).padStart(5, '0')}${EXTENSIONS[contentType] ?? ''}`;
  return { index, name, contentType, size, isInline: isInline(node, contentId), ...(contentId !== '' && { contentId }) };
}

/** Graph wants a name for each. */
const EXTENSIONS: Readonly<Record<string, string>> = { 'text/plain': '.txt', 'text/html': '.htm', 'message/rfc822': '.eml' };

/** Shown within the text: only what the text can name. */
const isInline = ({ disposition, parentNode }: MimeNode, contentId: string): boolean =>
  contentId !== '' && (disposition === 'inline' || (disposition !== 'attachment' && parentNode !== false && parentNode.multipart === 'related'));

