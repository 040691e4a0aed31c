import type { CallOptions, FolderSelector, MailTransport, Mutate, Receive, TransportContext } from '@signalbox/core';
import { secureContextFor } from '@signalbox/kit';
import type { ImapConfig } from './config.ts';
import { createConnector } from './connection/connect.ts';
import { createPool } from './connection/pool.ts';
import { storableKeywords } from './convert.ts';
import { findIn, readFolders } from './folders.ts';
import { appendMessage } from './mutate/append.ts';
import { deleteMessages } from './mutate/delete.ts';
import { updateKeywords } from './mutate/keywords.ts';
import { moveMessages } from './mutate/move.ts';
import { checkMailbox } from './probe.ts';
import { fetchAttachment, listAttachments } from './receive/attachments.ts';
import { readChanges } from './receive/changes.ts';
import { fetchRaw, fetchRawEach } from './receive/fetch.ts';
import { listMessages } from './receive/list.ts';
import { locateMessages, presentMessages } from './receive/locate.ts';
import { countUnread } from './receive/unread.ts';
import { enter, type Session } from './session.ts';

/**
 * The door is the server and the mailbox's own address: refs and cursors hold for a password and for a token alike.
 * The port belongs to it, since two servers may share a host; the sign-in name does not, since it may change with the credential.
 */
export const refSpaceOf = ({ host, port }: Pick<ImapConfig, 'host' | 'port'>, address: string): string =>
  `imap:${host.toLowerCase()}:${port}:${address.toLowerCase()}`;

export async function openImap(context: TransportContext<ImapConfig>, options?: CallOptions): Promise<MailTransport> {
  options?.signal?.throwIfAborted();
  const { config, clock, log } = context;
  const connector = createConnector(context, secureContextFor(context.network, config.ca));
  const pool = createPool(connector, clock, config.maxConnections);
  const session: Session = { pool, connector, config, clock, log, refSpace: refSpaceOf(config, context.mailbox.address) };
  try {
    // The first SELECT proves that mail can be read now, and tells what the server can keep and announce.
    const traits = await pool.use(
      async (connection) => {
        const inbox = await connection.select('INBOX', { signal: options?.signal });
        return { keywords: storableKeywords(inbox), push: connection.has('IDLE') };
      },
      { signal: options?.signal, folder: 'INBOX', repeatable: true },
    );
    return {
      probe: { check: (options) => checkMailbox(session, options) },
      receive: receiveFacet(session, traits.push),
      mutate: mutateFacet(session, traits.keywords),
      [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
    };
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

function receiveFacet(session: Session, push: boolean): Receive {
  return {
    traits: { reports: ['message-added'], push, refsSurviveMove: false, raw: 'original' },
    refSpace: session.refSpace,
    listFolders: (options) => listFolders(session, options),
    findFolder: (selector, options) => findFolder(session, selector, options),
    list: (request) => listMessages(session, request),
    changes: (request) => readChanges(session, request),
    locate: (query, options) => locateMessages(session, query, options),
    present: (refs, options) => presentMessages(session, refs, options),
    unread: (folder, options) => countUnread(session, folder, options),
    fetchRaw: (ref, options) => fetchRaw(session, ref, options),
    fetchRawEach: (refs, options) => fetchRawEach(session, refs, options),
    listAttachments: (ref, options) => listAttachments(session, ref, options),
    fetchAttachment: (ref, id, options) => fetchAttachment(session, ref, id, options),
  };
}

const mutateFacet = (session: Session, keywords: Mutate['traits']['keywords']): Mutate => ({
  traits: { keywords },
  updateKeywords: (refs, patch, options) => updateKeywords(session, refs, patch, options),
  append: (folder, content, options) => appendMessage(session, folder, content, options),
  move: (refs, to, options) => moveMessages(session, refs, to, options),
  delete: (refs, options) => deleteMessages(session, refs, options),
});

async function* listFolders(session: Session, options?: CallOptions) {
  enter(session, options);
  for (const folder of await readFolders(session, options)) {
    enter(session, options);
    yield folder;
  }
}

async function findFolder(session: Session, selector: FolderSelector, options?: CallOptions) {
  enter(session, options);
  return findIn(await readFolders(session, options), selector);
}
