import type { FastifyInstance } from 'fastify';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { TenantContext } from '../../door.ts';
import type { SubmittedMail } from '../../mail-flow/mail-flow.ts';
import type { Mailbox } from '../../store/mailbox.ts';
import { type ControlAnswers, deliveryOrder, mailboxName, sentFilter, type SentMail } from '../contract.ts';
import { notFound, take } from '../problems.ts';

export function mailRoutes(app: FastifyInstance, { clock, mailFlow, store }: TenantContext): void {
  const mailboxOf = (params: unknown): Mailbox => {
    const { mailbox } = take(mailboxName, params, { place: 'path' });
    const found = store.mailbox(mailbox);
    if (!found) throw notFound(`mailbox ${mailbox}`, { place: 'path', field: 'mailbox', remedy: 'GET /users lists who there is; without a licence a user has no mailbox.' });
    return found;
  };
  const sent = (mails: readonly SubmittedMail[], query: unknown): ControlAnswers['sent'] => {
    const { mailbox } = take(sentFilter, query, { place: 'query' });
    const wanted = mailbox === undefined ? undefined : mailbox.toLowerCase();
    return { mail: mails.filter((mail) => wanted === undefined || mail.mailbox.toLowerCase() === wanted).map(sentMail) };
  };

  app.post('/mailboxes/:mailbox/messages', async (request, reply): Promise<ControlAnswers['delivered']> => {
    const mailbox = mailboxOf(request.params);
    const { rawBase64, letter, folder, arrivedAt, isRead } = take(deliveryOrder, request.body ?? {}, { place: 'body' });
    if (folder !== undefined && !mailbox.folder(folder)) throw notFound(`folder ${folder}`, { place: 'body', field: 'folder', remedy: 'Give a well-known name such as inbox, or an id of Graph.' });
    const raw = rawBase64 === undefined ? await new MailComposer({ to: mailbox.address, ...letter, date: clock.now() }).compile().build() : Buffer.from(rawBase64, 'base64');
    const message = mailFlow.deliver(mailbox, raw, { ...(folder !== undefined && { folder }), ...(arrivedAt !== undefined && { arrivedAt: new Date(arrivedAt) }), ...(isRead !== undefined && { isRead }) });
    reply.status(201);
    return { id: mailbox.immutableId(message), folder: message.folder.displayName, uid: message.uid, arrivedAt: new Date(message.arrivedAt).toISOString() };
  });

  app.get('/mail/submitted', async (request) => sent(mailFlow.submitted, request.query));
  app.get('/mail/outbound', async (request) => sent(mailFlow.outbound, request.query));
}

const sentMail = ({ raw, at, ...mail }: SubmittedMail): SentMail => ({ ...mail, at: at.toISOString(), rawBase64: raw.toString('base64') });
