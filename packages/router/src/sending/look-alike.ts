import type { CallOptions, MessageSummary } from '@signalbox/core';
import type { OutboxEntry, OutboxMail } from '@signalbox/store';
import type { SendingContext } from './context.ts';
import { canReceive } from './route.ts';
import { stationsOf } from './stations.ts';

/** Clocks differ, and some doors tell arrivals in another time zone: two of them are 26 hours apart at most. */
const SLACK_MS = 26 * 3_600_000;
const PAGE = 100;

/** `itself`: it is the mail, by its Message-ID. `stranger`: one that is none of ours. */
export type Alike = 'itself' | 'stranger';

/**
 * Which mail of this sender with this subject does Sent hold, filed since the entry was made? Some doors show another Message-ID than the mail had, and
 * some cannot find one that they do show, so that not to find it there by its own does not prove that it was not sent. `undefined`: none, or
 * only such as are other mails of ours.
 */
export async function findAlike({ connections, outbox }: Pick<SendingContext, 'connections' | 'outbox'>, { id, mailbox, createdAt, mail }: OutboxEntry, options: CallOptions): Promise<Alike | undefined> {
  if (!mail || !canReceive(connections, mailbox)) return undefined;
  const { receive } = await connections.open(mailbox, 'receive', options);
  const sent = receive && (await stationsOf(receive, options)).get('sent');
  if (!receive || !sent) return undefined;
  let page: MessageSummary[] = [];
  let isStranger = false;
  const judge = async (): Promise<boolean> => {
    const entries = await outbox.ownOf(page.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId])));
    const whose = page.map(({ messageId }) => (messageId === undefined ? undefined : entries.get(messageId)));
    page = [];
    isStranger ||= whose.includes(undefined);
    return whose.includes(id);
  };
  for await (const message of receive.list({ folder: sent, receivedSince: new Date(createdAt.getTime() - SLACK_MS), ...options })) {
    if (!saysTheSame(message, mail)) continue;
    page.push(message);
    if (page.length >= PAGE && (await judge())) return 'itself';
  }
  if (await judge()) return 'itself';
  return isStranger ? 'stranger' : undefined;
}

const words = (text = ''): string => text.replaceAll(/\s+/g, ' ').trim();

const saysTheSame = ({ from, subject }: MessageSummary, mail: OutboxMail): boolean =>
  words(subject) === words(mail.subject) && (from === undefined || from.some((address) => address.toLowerCase() === mail.from.toLowerCase()));
