import type { Attachment, MailTransport } from '@signalbox/core';
import { byteSourceOf, collectBytes } from '@signalbox/kit';
import type { Saboteur } from './saboteur.ts';
import { withReceive } from './wrap.ts';

const bendAttachments = (transport: MailTransport, bend: (attachment: Attachment) => Attachment): MailTransport =>
  withReceive(transport, (inner) => ({ listAttachments: async (...args) => (await inner.listAttachments(...args)).map(bend) }));

export const ATTACHMENT_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'takes-files-for-text',
    title: 'hands out the bytes of an attachment as if they were UTF-8',
    caughtBy: ['message/attachment-bytes'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async fetchAttachment(...args) {
          await using source = await inner.fetchAttachment(...args);
          const bytes = await collectBytes(source.bytes);
          return byteSourceOf(Buffer.from(bytes.toString('utf8')));
        },
      })),
  },
  {
    id: 'names-files-in-ascii',
    title: 'leaves out of a file name what is not ASCII',
    caughtBy: ['message/attachment-name-rfc2231', 'message/attachment-name-rfc2047'],
    sabotage: (transport) => bendAttachments(transport, (attachment) => (attachment.filename === undefined ? attachment : { ...attachment, filename: attachment.filename.replaceAll(/[^ -~]/g, '?') })),
  },
  {
    id: 'shows-nothing-inline',
    title: 'takes an image within the text for a file beside it',
    caughtBy: ['message/attachment-inline'],
    sabotage: (transport) => bendAttachments(transport, (attachment) => ({ ...attachment, inline: false })),
  },
  {
    id: 'everything-is-a-file',
    title: 'takes an attached message for a file',
    caughtBy: ['message/attachment-message'],
    sabotage: (transport) => bendAttachments(transport, (attachment) => ({ ...attachment, kind: 'file' })),
  },
  {
    id: 'unwraps-messages',
    title: 'hands out the text of an attached message without its header',
    caughtBy: ['message/attachment-message'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async fetchAttachment(ref, id, options) {
          const attachment = (await inner.listAttachments(ref, options)).find((candidate) => candidate.id === id);
          await using source = await inner.fetchAttachment(ref, id, options);
          const bytes = await collectBytes(source.bytes);
          return byteSourceOf(attachment?.kind === 'message' ? bytes.subarray(bytes.indexOf('\r\n\r\n') + 4) : bytes);
        },
      })),
  },
  {
    id: 'tells-encoded-sizes',
    title: 'tells the size of an attachment before decoding',
    caughtBy: ['message/attachment-sizes'],
    sabotage: (transport) => bendAttachments(transport, (attachment) => (attachment.size === undefined ? attachment : { ...attachment, size: Math.ceil(attachment.size / 3) * 4 })),
  },
];
