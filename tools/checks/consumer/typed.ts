// Type-checked in an empty project against the packed declarations, as a third party's plugin would be.
import { type CallOptions, defineTransport, isMailError, MailError, type MailTransport, type StandardSchemaV1 } from '@signalbox/core';
import { abortable, contentOf, decodeCursor, encodeCursor, normalizeMessageId } from '@signalbox/kit';
import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as memory } from '@signalbox/transport-memory';
import { plugin as smtp } from '@signalbox/transport-smtp';

interface Config {
  readonly host: string;
}

declare const config: StandardSchemaV1<unknown, Config>;

export const plugin = defineTransport({
  kind: 'transport',
  name: 'example',
  version: '1.0.0',
  contract: '^1.0',
  config,
  facets: [],
  credentials: ['password'],
  async open(context, options): Promise<MailTransport> {
    options?.signal?.throwIfAborted();
    if (context.config.host === '') throw new MailError('config.invalid', 'There is no host.');
    return { probe: { check: async () => ({ checks: [] }) }, async [Symbol.asyncDispose]() {} };
  },
});

export const names: readonly string[] = [plugin, entra, graph, imap, memory, smtp].map(({ name }) => name);

export async function unread(transport: MailTransport, options?: CallOptions): Promise<number | undefined> {
  try {
    const inbox = await transport.receive?.findFolder({ role: 'inbox' }, options);
    return inbox && (await abortable(transport.receive!.unread(inbox.id, options), options?.signal));
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return undefined;
    throw error;
  }
}

const binding = { refSpace: 'example', folder: 'INBOX', version: 1 };
export const position: unknown = decodeCursor(binding, encodeCursor(binding, { uid: 1 }));
export const size: number | undefined = contentOf('text').size;
export const id: string | undefined = normalizeMessageId('<a@example.org>');

// @ts-expect-error A code outside the table must not compile: consumers branch on it.
export const wrong = new MailError('no.such-code', 'This does not exist.');
