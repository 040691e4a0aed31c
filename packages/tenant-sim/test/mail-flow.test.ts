import { describe, expect, it } from 'vitest';
import { headerFacts } from '../src/mime/facts.ts';
import { startTenant, type Submission, SubmissionRefusal, type Tenant, type TenantOptions } from '../src/index.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';

const letter = (...headers: string[]): Buffer => Buffer.from([`From: <${SALES}>`, 'Message-ID: <one@contoso.test>', 'Date: Tue, 24 Nov 2026 10:00:00 +0000', ...headers, '', 'Hi', ''].join('\r\n'));

async function ground(options: TenantOptions = {}) {
  const tenant = await startTenant({ doors: [], ...options });
  const mailbox = tenant.store.mailbox(SALES)!;
  const submission = (more: Partial<Submission> = {}): Submission => ({
    mailbox,
    sender: { user: tenant.directory.user(SALES)! },
    mailFrom: SALES,
    rcptTo: [SUPPORT],
    raw: letter(),
    via: 'smtp',
    ...more,
  });
  return { tenant, mailbox, submission };
}

const inFolder = (tenant: Tenant, address: string, folder: string) => tenant.store.mailbox(address)!.folder(folder)!.messages;
const reasonOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof SubmissionRefusal ? error.reason : error;
  }
};

describe('mail that is sent', () => {
  it('arrives at colleagues, is kept for the others, and leaves a copy in Sent Items', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    tenant.mailFlow.submit(submission({ rcptTo: [SUPPORT, 'ada@example.org'] }));
    expect(inFolder(tenant, SUPPORT, 'inbox').map(({ isRead }) => isRead)).toEqual([false]);
    expect(inFolder(tenant, SALES, 'sentitems').map(({ isRead, isDraft }) => [isRead, isDraft])).toEqual([[true, false]]);
    expect(tenant.mailFlow.outbound.map(({ rcptTo, via }) => [rcptTo, via])).toEqual([[[SUPPORT, 'ada@example.org'], 'smtp']]);
  });

  it('names its hidden recipients in the copy of the sender only', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    tenant.mailFlow.submit(submission({ raw: letter('Bcc: <hidden@example.org>') }));
    const [sent] = inFolder(tenant, SALES, 'sentitems');
    const [arrived] = inFolder(tenant, SUPPORT, 'inbox');
    expect(sent?.source.read().toString()).toContain('hidden@example.org');
    expect(arrived?.source.read().toString()).not.toContain('hidden');
  });

  it('gets a Message-ID and a Date where it has none', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    const copy = tenant.mailFlow.submit(submission({ raw: Buffer.from(`From: <${SALES}>\r\nSubject: x\r\n\r\nHi\r\n`) }))!;
    expect(tenant.facts.headers(copy)).toMatchObject({ messageId: expect.stringContaining('@contoso.test') as string, sentAt: expect.any(Date) as Date });
  });

  it('waits in Drafts while the Sent copy is late, then leaves as the same object', async () => {
    const { tenant, submission, mailbox } = await ground();
    await using _ = tenant;
    tenant.faults.set('delivery.sent-copy-late', { ms: 300_000 }, { times: 1 });
    const copy = tenant.mailFlow.submit(submission())!;
    const id = mailbox.immutableId(copy);
    expect([copy.folder.wellKnown, copy.isDraft, inFolder(tenant, SUPPORT, 'inbox').length]).toEqual(['drafts', true, 0]);
    tenant.clock.jump(300_000);
    await tenant.mailFlow.idle();
    const sent = mailbox.message(id)!;
    expect([sent.folder.wellKnown, sent.isDraft, inFolder(tenant, SUPPORT, 'inbox').length]).toEqual(['sentitems', false, 1]);
  });

  it('turns the draft that is sent into the Sent copy', async () => {
    const { tenant, submission, mailbox } = await ground();
    await using _ = tenant;
    const draft = mailbox.append('drafts', { source: { size: 1, read: () => letter() }, isDraft: true });
    expect(tenant.mailFlow.submit(submission({ draft, via: 'graph' }))).toBe(draft);
    expect([draft.folder.wellKnown, draft.isDraft]).toEqual(['sentitems', false]);
  });

  it('leaves no copy where none is wanted', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    expect(tenant.mailFlow.submit(submission({ saveToSentItems: false }))).toBeUndefined();
    expect(inFolder(tenant, SALES, 'sentitems')).toEqual([]);
    expect(inFolder(tenant, SUPPORT, 'inbox')).toHaveLength(1);
  });

  it('comes back when the tenant does not know the recipient', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    tenant.mailFlow.submit(submission({ rcptTo: ['nobody@contoso.test'] }));
    const [report] = inFolder(tenant, SALES, 'inbox');
    expect(report?.source.read().toString()).toMatch(/report-type=delivery-status[\s\S]*550 5\.1\.10/);
    expect(tenant.facts.headers(report!).inReplyTo).toBe('one@contoso.test');
  });

  it('is refused from an address that is not the sender’s, in the envelope or in the header', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    expect(reasonOf(() => tenant.mailFlow.submit(submission({ mailFrom: SUPPORT })))).toBe('send-as-denied');
    const header = Buffer.from(letter().toString().replace(SALES, 'ada@example.org'));
    expect(reasonOf(() => tenant.mailFlow.submit(submission({ raw: header })))).toBe('send-as-denied');
    const shared = { mailFrom: 'shared@contoso.test', raw: Buffer.from(letter().toString().replace(SALES, 'shared@contoso.test')) };
    expect(reasonOf(() => tenant.mailFlow.submit(submission(shared)))).toMatchObject({ isDraft: false });
    expect(inFolder(tenant, SUPPORT, 'inbox')).toHaveLength(1);
  });

  it('is refused beyond the limits, and delayed beyond the messages of a minute', async () => {
    const { tenant, submission } = await ground();
    await using _ = tenant;
    tenant.directory.updateTenant({ limits: { ...tenant.directory.tenant.limits, messageBytes: 500, recipientsPerMessage: 2, recipientsPerDay: 5, messagesPerMinute: 2 } });
    const submit = (more: Partial<Submission>) => () => tenant.mailFlow.submit(submission(more));
    expect(reasonOf(submit({ raw: letter(`X: ${'x'.repeat(500)}`) }))).toBe('too-large');
    expect(reasonOf(submit({ rcptTo: ['a@x.test', 'b@x.test', 'c@x.test'] }))).toBe('too-many-recipients');
    expect(reasonOf(submit({ rcptTo: [] }))).toBe('no-recipients');
    for (let sent = 0; sent < 5; sent += 1) tenant.mailFlow.submit(submission());
    expect(inFolder(tenant, SUPPORT, 'inbox')).toHaveLength(2);
    expect(reasonOf(submit({}))).toBe('recipient-quota');
    tenant.clock.jump(60_001);
    await Promise.resolve();
    expect(inFolder(tenant, SALES, 'drafts')).toHaveLength(1);
    tenant.clock.jump(60_001);
    await tenant.mailFlow.idle();
    expect(inFolder(tenant, SUPPORT, 'inbox')).toHaveLength(5);
    tenant.clock.jump(86_400_000);
    expect(reasonOf(submit({}))).toMatchObject({ isDraft: false });
  });
});

describe('mail that arrives', () => {
  it.each([
    ['missing', undefined],
    ['reused', 'first@x'],
    ['rewritten', expect.stringContaining('@rewritten.example.net')],
    ['without-brackets', 'one@contoso.test'],
  ] as const)('has a Message-ID that is %s when the fault is set', async (as, expected) => {
    const { tenant, mailbox } = await ground();
    await using _ = tenant;
    tenant.mailFlow.deliver(mailbox, Buffer.from('Message-ID: <first@x>\r\n\r\n'));
    tenant.faults.set('delivery.message-id', { as }, { times: 1 });
    const message = tenant.mailFlow.deliver(mailbox, letter());
    const { internetMessageId, messageId } = headerFacts(message.source.read());
    expect(as === 'without-brackets' ? internetMessageId : messageId).toEqual(expected);
    expect(message.source.read().toString()).toContain('\r\n\r\nHi\r\n');
  });

  it('comes with an old date when the fault is set', async () => {
    const { tenant, mailbox } = await ground();
    await using _ = tenant;
    tenant.faults.set('delivery.old-date', { ms: 86_400_000 }, { times: 1 });
    const [old, fresh] = [1, 2].map(() => tenant.mailFlow.deliver(mailbox, letter()));
    expect(fresh!.arrivedAt - old!.arrivedAt).toBeGreaterThanOrEqual(86_400_000);
    expect(fresh!.uid).toBe(2);
  });
});
