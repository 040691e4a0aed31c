import { type CallOptions, MailError, type MailTransport, type Send } from '@signalbox/core';
import type { OutboxEntry, RoutePin } from '@signalbox/store';
import type { SendingConnections } from './context.ts';

/** What an attempt goes through. */
export interface SendRoute {
  readonly pin: RoutePin;
  readonly send: Send;
}

/** Opens the mailbox to send. Throws what `open` throws, and `capability.unsupported` where the server gives no way to send. */
export async function openSendRoute(connections: SendingConnections, entry: OutboxEntry, options?: CallOptions): Promise<SendRoute> {
  const opened = await connections.open(entry.mailbox, 'send', options);
  const { send } = opened;
  if (!send) throw new MailError('capability.unsupported', `The server of mailbox "${entry.mailbox}" lets nobody send.`, { affects: 'mailbox', retry: 'after-remedy' });
  return { send, pin: pinOf(connections, entry, opened, send) };
}

function pinOf({ mailboxes }: SendingConnections, { mailbox, mail }: OutboxEntry, { receive }: MailTransport, send: Send): RoutePin {
  const { traits } = send;
  const route = mailboxes.find((each) => each.mailbox.id === mailbox)?.send;
  const server = route?.server && `${route.server.host}:${route.server.port ?? ''}`;
  const door = receive?.refSpace ?? server;
  const isKept = traits.sentCopy === 'automatic' || (traits.sentCopy === 'on-request' && mail?.saveSentCopy !== false);
  return {
    transport: route?.transport.name ?? 'unknown',
    ...(door !== undefined && { door }),
    // A server that may give another Message-ID and tells it to nobody files a copy that nobody finds.
    isProvable: isKept && (traits.messageId === 'kept' || send.stage !== undefined),
  };
}

/** A handle is good for the route it was made on, and no other. */
export const isSameRoute = (one: RoutePin, other: RoutePin | undefined): boolean => one.transport === other?.transport && one.door === other.door;

export const canReceive = ({ mailboxes }: SendingConnections, mailbox: string): boolean => mailboxes.find((each) => each.mailbox.id === mailbox)?.receive !== undefined;
