import { type CallOptions, isMailError, type MailTransport, type TransportContext } from '@signalbox/core';
import type { GraphConfig } from './config.ts';
import { GraphClient } from './http/client.ts';
import { segment } from './http/request.ts';
import { mutateFacet } from './mutate/mutate.ts';
import { checkMailbox } from './probe.ts';
import { receiveFacet } from './receive/receive.ts';
import { sendFacet } from './send/send.ts';
import type { Session } from './session.ts';

/** The door is the service and the mailbox's own address: refs and cursors hold whoever signed in, and however. */
export const refSpaceOf = ({ baseUrl }: Pick<GraphConfig, 'baseUrl'>, address: string): string => `graph:${new URL(baseUrl).host}:${address.toLowerCase()}`;

export async function openGraph(context: TransportContext<GraphConfig>, options?: CallOptions): Promise<MailTransport> {
  options?.signal?.throwIfAborted();
  const { config, clock, log, fetch, credentials, mailbox, callbacks } = context;
  const user = config.user ?? mailbox.address;
  const client = new GraphClient({ fetch, clock, log, credentials, config, root: `/users/${segment(user)}` });
  const session: Session = { client, config, clock, log, refSpace: refSpaceOf(config, mailbox.address), user, callbacks, subscriptions: new Set() };
  try {
    const reads = await canRead(session, options);
    return {
      probe: { check: (options) => checkMailbox(session, reads, options) },
      ...(reads && { receive: receiveFacet(session), mutate: mutateFacet(session) }),
      send: sendFacet({ client, clock, log, mailbox: mailbox.address }, config.send),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

/** Proves that mail can be read now. An application that is there for sending alone need not: then it has nothing else to offer. */
async function canRead({ client, config }: Session, options?: CallOptions): Promise<boolean> {
  try {
    await client.json({ method: 'GET', path: '/mailFolders/inbox', query: { $select: 'id' }, names: 'mailbox', signal: options?.signal });
    return true;
  } catch (error) {
    if (config.send.mode === 'send-mail' && isMailError(error) && error.code === 'access.denied') return false;
    throw error;
  }
}
