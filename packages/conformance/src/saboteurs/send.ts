import { isPartialFailure, MailError, type MailTransport, type Receipt, type Submission } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { bendContent } from './bytes.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withSend } from './wrap.ts';

/** Submissions bent before they are handed over; what was staged passes. */
const bendSubmission = (transport: MailTransport, bend: (submission: Submission) => Submission | Promise<Submission>): MailTransport =>
  withSend(transport, (inner) => ({ dispatch: async (what, options) => inner.dispatch('handle' in what ? what : await bend(what), options) }));

/** Content whose header block and body were changed. */
const bendMessage = (submission: Submission, bend: (header: string, body: string) => string): Submission => ({
  ...submission,
  content: bendContent(submission.content, (text) => {
    const end = text.indexOf('\r\n\r\n') + 4;
    return bend(text.slice(0, end), text.slice(end));
  }),
});

const bendReceipt = (transport: MailTransport, bend: (receipt: Receipt) => Receipt): MailTransport => withSend(transport, (inner) => ({ dispatch: async (...args) => bend(await inner.dispatch(...args)) }));

export const ENVELOPE_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'sends-to-the-headers',
    title: 'takes the recipients from the To header instead of the envelope',
    caughtBy: ['send/envelope-decides', 'send/bcc-stays-secret', 'send/envelope-from-headers'],
    sabotage: (transport) =>
      bendSubmission(transport, async (submission) => {
        const text = (await collectBytes(submission.content.open())).toString();
        const [first = submission.envelope.rcptTo[0], ...more] = /^To: (.*)\r$/m.exec(text)?.[1]?.split(', ') ?? [];
        return { ...submission, envelope: { ...submission.envelope, rcptTo: [first, ...more] } };
      }),
  },
  {
    id: 'writes-the-envelope-down',
    title: 'writes all recipients of the envelope into the header',
    caughtBy: ['send/bcc-stays-secret'],
    sabotage: (transport) => bendSubmission(transport, (submission) => bendMessage(submission, (header, body) => `X-Envelope-To: ${submission.envelope.rcptTo.join(', ')}\r\n${header}${body}`)),
  },
  {
    id: 'tells-one-accepted',
    title: 'tells only the first of the accepted recipients',
    caughtBy: ['send/accepted'],
    sabotage: (transport) => bendReceipt(transport, (receipt) => ({ ...receipt, accepted: receipt.accepted.slice(0, 1) })),
  },
  {
    id: 'one-refusal-breaks-the-mailbox',
    title: 'takes one refused recipient for a broken mailbox',
    caughtBy: ['send/recipient-refused'],
    sabotage: (transport) =>
      withSend(transport, (inner) => ({
        dispatch: (...args) =>
          whenFailing(inner.dispatch(...args), 'recipient.refused', (error) => {
            throw new MailError('recipient.refused', error.message, { affects: 'mailbox' });
          }),
      })),
  },
  {
    id: 'some-is-good-enough',
    title: 'is content when some of the recipients were accepted',
    caughtBy: ['send/some-recipients-refused'],
    sabotage: (transport) =>
      withSend(transport, (inner) => ({
        dispatch: (...args) =>
          inner.dispatch(...args).catch((error: unknown) => {
            if (!isPartialFailure(error)) throw error;
            return { accepted: error.done as Receipt['accepted'], sentCopy: 'unknown' } satisfies Receipt;
          }),
      })),
  },
  {
    id: 'sends-under-its-own-name',
    title: 'sends as itself when it may not send as the sender asked for',
    caughtBy: ['send/sender-refused'],
    sabotage: (transport, { address }) =>
      withSend(transport, (inner) => ({
        dispatch: (what, options) =>
          whenFailing(inner.dispatch(what, options), 'sender.refused', (error) => {
            if ('handle' in what) throw error;
            return inner.dispatch({ ...what, envelope: { ...what.envelope, mailFrom: address } }, options);
          }),
      })),
  },
];

export const CONTENT_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'tidies-headers',
    title: 'writes the names of headers in lower case',
    caughtBy: ['send/content-unchanged'],
    sabotage: (transport) => bendSubmission(transport, (submission) => bendMessage(submission, (header, body) => `${header.replaceAll(/^X-[^:]*:/gm, (name) => name.toLowerCase())}${body}`)),
  },
  {
    id: 'stuffs-dots-twice',
    title: 'sends lines that begin with a dot with one dot more',
    caughtBy: ['send/lines-with-dots'],
    sabotage: (transport) => bendSubmission(transport, (submission) => bendMessage(submission, (header, body) => `${header}${body.replaceAll(/^\.(?=\r$|\.\r$|hidden)/gm, '..')}`)),
  },
  {
    id: 'leaves-the-last-line-open',
    title: 'leaves out the line end that the content ends with',
    caughtBy: ['send/final-line-end'],
    sabotage: (transport) => bendSubmission(transport, (submission) => bendMessage(submission, (header, body) => `${header}${body.replace(/\r\n$/, '')}`)),
  },
  {
    id: 'adds-a-message-id',
    title: 'adds a Message-ID of its own to the one that is there',
    caughtBy: ['send/message-id-kept'],
    sabotage: (transport) => {
      const adding = bendSubmission(transport, (submission) => bendMessage(submission, (header, body) => `Message-ID: <added@conformance.example>\r\n${header}${body}`));
      return bendReceipt(adding, ({ messageId: _ignored, ...receipt }) => receipt);
    },
  },
  {
    id: 'cuts-large-content',
    title: 'sends the first 256 KB of a message',
    caughtBy: ['send/large-content', 'send/too-large'],
    sabotage: (transport) => bendSubmission(transport, (submission) => ({ ...submission, content: bendContent(submission.content, (text) => text.slice(0, 256 * 1024)) })),
  },
  {
    id: 'one-large-message-breaks-the-mailbox',
    title: 'takes one message that is too large for a broken mailbox',
    caughtBy: ['send/too-large'],
    sabotage: (transport) =>
      withSend(transport, (inner) => ({
        dispatch: (...args) =>
          whenFailing(inner.dispatch(...args), 'message.too-large', (error) => {
            throw new MailError('message.too-large', error.message, { affects: 'mailbox' });
          }),
      })),
  },
  {
    id: 'sends-again-in-doubt',
    title: 'sends a message again when it does not know what became of it',
    caughtBy: ['send/lost-answer'],
    sabotage: (transport) => withSend(transport, (inner) => ({ dispatch: (...args) => whenFailing(inner.dispatch(...args), 'delivery.unknown', () => inner.dispatch(...args)) })),
  },
  {
    id: 'opens-content-once',
    title: 'opens the content once, also when it is needed again',
    caughtBy: ['send/content-reopened'],
    sabotage: (transport) =>
      bendSubmission(transport, (submission) => {
        const once = submission.content.open();
        return { ...submission, content: { open: () => once } };
      }),
  },
];
