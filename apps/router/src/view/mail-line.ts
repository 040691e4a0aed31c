import type { WatchEvent } from '../session/watch-mailbox.ts';
import type { Channel } from './terminal.ts';
import { clip, column, printable } from './text.ts';

type MessageEvent = Extract<WatchEvent, { kind: 'message' }>;

/** How wide the columns are that stay the same from line to line. */
export interface MailLayout {
  readonly mailbox: number;
  readonly flow: number;
}

const FROM_WIDTH = 26;
const NARROW = 90;

export const mailLayout = (mailboxes: readonly { readonly id: string; readonly flow: string }[]): MailLayout => ({
  mailbox: Math.min(16, Math.max(0, ...mailboxes.map(({ id }) => id.length))),
  flow: Math.min(28, Math.max(0, ...mailboxes.map(({ flow }) => flow.length))),
});

/** Time, mailbox, flow, sender, subject. Cut to the terminal's width, whole where the line goes elsewhere. */
export function renderMail({ routes, message, seenAt }: MessageEvent, layout: MailLayout, { colors, width, isTerminal }: Channel): string {
  const narrow = isTerminal && width < NARROW;
  const fromWidth = narrow ? 20 : FROM_WIDTH;
  const flowWidth = narrow ? Math.min(layout.flow, 12) : layout.flow;
  const time = seenAt.toTimeString().slice(0, 8);
  const from = printable(message.from?.[0] ?? '(no sender)');
  const subject = printable(message.subject ?? '') || '(no subject)';
  const used = time.length + layout.mailbox + flowWidth + fromWidth + 8;
  return [
    colors.dim(time),
    colors.bold(column(routes.mailbox.id, layout.mailbox)),
    colors.cyan(column(routes.receive?.flow ?? '', flowWidth)),
    column(from, fromWidth),
    isTerminal ? clip(subject, Math.max(10, width - used)) : subject,
  ].join('  ');
}

/** Only what the server told: a member that is absent is not known. */
export const messageJson = ({ routes, folder, message, seenAt }: MessageEvent): unknown => ({
  type: 'message',
  time: seenAt.toISOString(),
  mailbox: routes.mailbox.id,
  flow: routes.receive?.flow,
  folder: folder.path,
  ref: message.ref,
  messageId: message.messageId,
  receivedAt: message.receivedAt.toISOString(),
  sentAt: message.sentAt?.toISOString(),
  from: message.from,
  subject: message.subject,
  size: message.size,
});
