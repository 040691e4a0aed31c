import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EmailAddress, SendTraits } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import type { Io } from '../io.ts';
import type { Addressed, Addressees } from '../session/submit.ts';
import { UsageError } from '../usage-error.ts';
import { type ComposedMessage, composeMessage } from './compose.ts';
import { addressesIn, completeMessage, parseMessage, type RawMessage } from './raw-message.ts';

/** What is to be sent: a text to make a message of, or a finished one. */
export type Material = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'message'; readonly message: RawMessage };

export interface MaterialOptions {
  readonly text?: string;
  /** `-` is standard input. */
  readonly file?: string;
}

/** Throws `UsageError` when there is nothing to read, or two things at once. */
export async function readMaterial({ stdin, cwd }: Pick<Io, 'stdin' | 'cwd'>, { text, file }: MaterialOptions): Promise<Material> {
  if (text !== undefined && file !== undefined) throw new UsageError('--text and --file exclude each other.', 'Give one of them.');
  if (text !== undefined) return { kind: 'text', text };
  if (file !== undefined && file !== '-') return { kind: 'message', message: parseMessage(await readMessageFile(resolve(cwd, file))) };
  if (stdin.isTTY) throw new UsageError('There is nothing to send.', 'Give --text or --file, or pipe the text into standard input.');
  const bytes = await collectBytes(octets(stdin));
  return file === '-' ? { kind: 'message', message: parseMessage(bytes) } : { kind: 'text', text: bytes.toString('utf8') };
}

async function readMessageFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`The message ${file} cannot be read${error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''}.`);
  }
}

async function* octets(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

export interface GivenAddressees {
  readonly from?: EmailAddress | undefined;
  readonly to?: readonly EmailAddress[];
  readonly cc?: readonly EmailAddress[];
  readonly bcc?: readonly EmailAddress[];
}

/** Recipients on the command line replace those of a finished message, as with sendmail; its headers stay as they are. */
export function addresseesOf(material: Material, { from, to, cc = [], bcc = [] }: GivenAddressees): Addressees {
  if (material.kind === 'text') return { from, to: to ?? [], cc, bcc };
  const { message } = material;
  const sender = from ?? addressesIn(message, 'from')[0];
  if (to) return { from: sender, to, cc, bcc };
  return { from: sender, to: addressesIn(message, 'to'), cc: [...addressesIn(message, 'cc'), ...cc], bcc: [...addressesIn(message, 'bcc'), ...bcc] };
}

export interface BuildOptions {
  readonly subject: string;
  readonly now: Date;
  readonly traits: SendTraits;
}

/** The bytes to hand over, with everything that a submission must have. */
export async function buildMessage(material: Material, addressed: Addressed, { subject, now, traits }: BuildOptions): Promise<ComposedMessage> {
  const keepBcc = traits.envelope === 'from-headers';
  if (material.kind === 'message') return completeMessage(material.message, { ...addressed, now, keepBcc });
  return composeMessage({ ...addressed, subject, text: material.text }, { now, keepBcc });
}
