import type { CallOptions, MessageSummary } from '@signalbox/core';
import type { OutboxEntry, OutboxMail } from '@signalbox/store';
import type { SendingContext } from './context.ts';
import { canReceive } from './route.ts';
import { stationsOf } from './stations.ts';

/** Clocks differ, and some doors tell arrivals in another time zone: two of them are 26 hours apart at most. */
const SLACK_MS = 26 * 3_600_000;
const PAGE = 100;

/**
 * Does Sent hold a mail of this sender with this subject, filed since the entry was made, that is none of ours by its Message-ID? Some doors show
 * another Message-ID than the mail had, so that not to find it there by its own does not prove that it was not sent.
 */
export async function hasLookAlike({ connections, outbox }: Pick<SendingContext, 'connections' | 'outbox'>, { mailbox, createdAt, mail }: OutboxEntry, options: CallOptions): Promise<boolean> {
  if (!mail || !canReceive(connections, mailbox)) return false;
  const { receive } = await connections.open(mailbox, 'receive', options);
  const sent = receive && (await stationsOf(receive, options)).get('sent');
  if (!receive || !sent) return false;
  let page: MessageSummary[] = [];
  for await (const message of receive.list({ folder: sent, receivedSince: new Date(createdAt.getTime() - SLACK_MS), ...options })) {
    if (!saysTheSame(message, mail)) continue;
    page.push(message);
    if (page.length < PAGE) continue;
    if (await hasStranger(outbox, page)) return true;
    page = [];
  }
  return hasStranger(outbox, page);
}

async function hasStranger(outbox: SendingContext['outbox'], messages: readonly MessageSummary[]): Promise<boolean> {
  const ids = messages.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId]));
  const own = await outbox.ownOf(ids);
  return messages.some(({ messageId }) => messageId === undefined || !own.has(messageId));
}

const words = (text = ''): string => text.replaceAll(/\s+/g, ' ').trim();

const saysTheSame = ({ from, subject }: MessageSummary, mail: OutboxMail): boolean =>
  words(subject) === words(mail.subject) && (from === undefined || from.some((address) => address.toLowerCase() === mail.from.toLowerCase()));
