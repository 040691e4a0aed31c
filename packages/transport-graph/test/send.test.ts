import { describe, expect, it } from 'vitest';
import { ADA, codeOf, hurried, letter, MESSAGE_ID } from './letters.ts';
import { ADDRESS, setting } from './setting.ts';

describe('sending', () => {
  it('sends the MIME text as it stands, Message-ID included', () =>
    setting(async ({ open, tenant }) => {
      const { send } = await open();
      const { submission, raw } = letter();
      expect(await send!.dispatch(submission)).toEqual({ accepted: [ADA], messageId: MESSAGE_ID, sentCopy: 'unknown' });
      expect(tenant.mailFlow.submitted.map((mail) => [mail.rcptTo, mail.raw.toString()])).toEqual([[[ADA], raw]]);
    }));

  it('asks Graph for nothing but a draft and its sending', () =>
    setting(async ({ open, requests }) => {
      const { send } = await open();
      const before = requests.length;
      await send!.dispatch(letter().submission);
      expect(requests.slice(before).map(({ method, url }) => `${method} ${url.replace(/^.*\/users\/[^/]+/, '').replace(/messages\/[^/]+/, 'messages/{}')}`)).toEqual(['POST /messages', 'POST /messages/{}/send']);
    }));

  it('sends to a hidden recipient whom the header names in Bcc, and tells nobody', () =>
    setting(async ({ open, tenant }) => {
      const { send } = await open();
      await send!.dispatch(letter({ headers: ['Bcc: Ben <ben@example.org>'], rcptTo: [ADA, 'BEN@example.org'] }).submission);
      const [mail] = tenant.mailFlow.submitted;
      expect(mail?.rcptTo).toEqual([ADA, 'ben@example.org']);
      expect(mail?.raw.toString()).not.toContain('ben@example.org');
    }));

  it.each([
    ['a recipient the header does not name', { rcptTo: [ADA, 'ben@example.org'] as const }],
    ['a recipient of the header left out', { headers: ['Cc: ben@example.org'] }],
    ['a sender the header does not name', { mailFrom: 'bounces@contoso.test' }],
  ])('refuses %s before a draft is made', (_, options) =>
    setting(async ({ open, requests }) => {
      const { send } = await open();
      const before = requests.length;
      expect(await codeOf(send!.dispatch(letter(options).submission))).toBe('capability.unsupported');
      expect(requests.length).toBe(before);
    }),
  );

  it('leaves no draft behind of what was refused', () =>
    setting(async ({ open, mailbox, tenant }) => {
      const { send } = await open();
      const foreign = letter({ mailFrom: 'support@contoso.test', from: 'support@contoso.test' });
      tenant.directory.updateUser('support@contoso.test', { delegates: [] });
      expect(await codeOf(send!.dispatch(foreign.submission))).toBe('sender.refused');
      expect(mailbox.folder('drafts')?.messages.length).toBe(0);
      expect(tenant.mailFlow.submitted).toEqual([]);
    }));

  it('refuses what is larger than the mailbox may send, and names the limit where it is configured', () =>
    setting(
      async ({ open, mailbox, tenant }) => {
        const large = letter({ body: 'x'.repeat(70).concat('\r\n').repeat(20_000) });
        await expect((await open()).send!.dispatch(large.submission)).rejects.toMatchObject({ code: 'message.too-large', message: expect.stringContaining('MaxSendSize is 35 MB') as string, remedy: { who: 'tenant-admin' } });
        const { send } = await open({ send: { maxBytes: 1_000_000 } });
        expect(send!.traits.maxBytes).toBe(1_000_000);
        await expect(send!.dispatch(large.submission)).rejects.toThrow('limit is 1000000 octets');
        const { content } = large.submission;
        await expect(send!.stage!({ ...large.submission, content: { open: () => content.open() } })).rejects.toThrow('limit is 1000000 octets'); // of a size nobody told
        expect([mailbox.folder('drafts')?.messages.length, tenant.mailFlow.submitted.length]).toEqual([0, 0]);
      },
      { tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: 1_000_000 } }, users: [{ userPrincipalName: ADDRESS }], apps: [{ roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] }] },
    ));
});

describe('a draft that is larger than the mailbox may send', () => {
  it.each(['MIME', 'parts'])('is refused with the name of the limit where it is refused at once, as %s', (form) =>
    setting(async ({ open, context, tenant, mailbox }) => {
      const fetch: typeof globalThis.fetch = async (input, init) =>
        init?.method === 'POST' && (input as string).endsWith('/messages') ? Response.json({ error: { code: 'ErrorMessageSizeExceeded', message: 'The message exceeds the maximum supported size.' } }, { status: 400 }) : context.fetch(input, init);
      const { send } = await open({}, { fetch });
      const { submission } = letter({ body: 'x'.repeat(70).concat('\r\n').repeat(form === 'MIME' ? 10 : 50_000) });
      for (const sending of [send!.dispatch(submission), send!.stage!(submission)]) {
        await expect(sending).rejects.toMatchObject({ code: 'message.too-large', message: expect.stringContaining('MaxSendSize') as string, remedy: { who: 'tenant-admin' } });
      }
      expect([mailbox.folder('drafts')?.messages.length, tenant.mailFlow.submitted.length]).toEqual([0, 0]);
    }),
  );
});

describe('a transport that is closed while it sends', () => {
  it.each(['draft', 'send-mail'] as const)('says that nobody knows whether the mail has left, in mode %s', (mode) =>
    setting(async ({ open, context, tenant, mailbox }) => {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const answer = await context.fetch(input, init);
        if (/\/send(?:Mail)?$/.test(input as string)) await new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)));
        return answer;
      };
      const transport = await open({ send: { mode } }, { fetch });
      const failing = codeOf(transport.send!.dispatch(letter().submission));
      await expect.poll(() => tenant.mailFlow.submitted.length).toBe(1);
      await transport[Symbol.asyncDispose]();
      expect(await failing).toBe('delivery.unknown');
      expect(mailbox.folder('sentitems')?.messages.length).toBe(1);
    }));
});

describe('staging', () => {
  it('puts a draft into Drafts, and sends that one, from JSON and in another process', () =>
    setting(async ({ open, mailbox, tenant }) => {
      const staged = await (await open()).send!.stage!(letter().submission);
      expect(staged.messageId).toBe(MESSAGE_ID);
      expect([mailbox.folder('drafts')?.messages.length, tenant.mailFlow.submitted.length]).toEqual([1, 0]);
      const { send } = await open();
      expect(await send!.outcome!(staged)).toBe('staged');
      expect(await send!.outcome!(MESSAGE_ID)).toBe('staged');
      expect(await send!.dispatch(JSON.parse(JSON.stringify(staged)) as typeof staged)).toMatchObject({ accepted: [ADA], messageId: MESSAGE_ID });
      expect(await send!.outcome!(staged)).toBe('sent');
      expect(await send!.outcome!(MESSAGE_ID)).toBe('sent');
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }));

  it('makes one draft although the answer to it was lost', () =>
    setting(async ({ open, mailbox, fault }) => {
      const { send } = await open();
      using _ = fault('http.drop-response', { method: 'POST', path: '/messages$' }, 1);
      const staged = await send!.stage!(letter().submission);
      expect(mailbox.folder('drafts')?.messages.length).toBe(1);
      expect(await send!.outcome!(staged)).toBe('staged');
    }));

  it('asks for the draft again where the first request made none', () =>
    setting(async ({ open, tenant, mailbox, fault }) => {
      const { send } = await open({}, { clock: hurried(tenant.clock) });
      using _ = fault('http.refuse', { status: 503, method: 'POST', path: '/messages$' }, 1);
      await send!.stage!(letter().submission);
      expect(mailbox.folder('drafts')?.messages.length).toBe(1);
    }));

  it('may be repeated without looking, however it failed', () =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open({}, { clock: hurried(tenant.clock) });
      using _ = fault('http.refuse', { status: 504, when: 'before', method: 'POST', path: '/messages$' });
      await expect(send!.stage!(letter().submission)).rejects.toMatchObject({ code: 'timeout', retry: 'safe' });
      await expect(send!.dispatch(letter().submission)).rejects.toMatchObject({ code: 'timeout', retry: 'safe' });
      expect(tenant.mailFlow.submitted).toEqual([]);
    }));

  it('takes no handle of another mailbox, nor what is no handle', () =>
    setting(async ({ open, context }) => {
      const { send } = await open();
      const other = await open({}, { ...context, mailbox: { id: 'support', address: 'support@contoso.test' } });
      const staged = await send!.stage!(letter().submission);
      expect(await codeOf(other.send!.dispatch(staged))).toBe('config.invalid');
      expect(await codeOf(send!.dispatch({ handle: '{"v":1}', messageId: MESSAGE_ID }))).toBe('config.invalid');
      expect(await codeOf(send!.dispatch({ handle: 'nonsense', messageId: MESSAGE_ID }))).toBe('config.invalid');
    }));

  it('tells of a Message-ID that the server has replaced', () =>
    setting(async ({ open, fault }) => {
      const { send } = await open();
      expect(send!.traits.messageId).toBe('may-be-replaced');
      using _ = fault('door.message-id', { door: 'graph', as: 'rewritten' });
      expect((await send!.stage!(letter().submission)).messageId).toBe(`rewritten.${MESSAGE_ID}`);
    }));
});

describe('an unclear sending', () => {
  it.each([
    ['a gateway that times out after the message was taken', 'http.refuse', { status: 504, when: 'after', method: 'POST', path: '/send$' }],
    ['a service that is unavailable, and carried it out', 'http.refuse', { status: 503, when: 'after', method: 'POST', path: '/send$' }],
    ['an answer that never came', 'http.drop-response', { method: 'POST', path: '/send$' }],
  ] as const)('is told as delivery.unknown: %s', (_, name, options) =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open();
      const staged = await send!.stage!(letter().submission);
      using _ = fault(name, options, 1);
      expect(await codeOf(send!.dispatch(staged))).toBe('delivery.unknown');
      expect(await send!.outcome!(staged)).toBe('sent');
      expect(await codeOf(send!.dispatch(staged))).toBe('delivery.unknown'); // the second time the server knows no such draft
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }),
  );

  it('may be repeated with the same handle when nothing was carried out', () =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open();
      const staged = await send!.stage!(letter().submission);
      using _ = fault('http.drop-response', { when: 'before', method: 'POST', path: '/send$' }, 1);
      expect(await codeOf(send!.dispatch(staged))).toBe('delivery.unknown');
      expect(await send!.outcome!(staged)).toBe('staged');
      await send!.dispatch(staged);
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }));

  it('looks staged while it waits in Drafts, and leaves once however often it is asked for', () =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open();
      const staged = await send!.stage!(letter().submission);
      using _ = fault('delivery.sent-copy-late', { ms: 120_000 }, 1);
      await send!.dispatch(staged);
      expect(await send!.outcome!(staged)).toBe('staged');
      expect(await codeOf(send!.dispatch(staged))).toBe('delivery.unknown');
      tenant.clock.jump(121_000);
      await tenant.mailFlow.idle();
      expect(await send!.outcome!(staged)).toBe('sent');
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }));

  it('waits for its turn when there are too many requests, and sends once', () =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open({}, { clock: hurried(tenant.clock) });
      using _ = fault('http.refuse', { status: 429, retryAfter: 'fractional', method: 'POST' }, 3);
      await send!.dispatch(letter().submission);
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }));

  it('cannot be told of a draft that somebody has moved away', () =>
    setting(async ({ open, mailbox }) => {
      const { send } = await open();
      const staged = await send!.stage!(letter().submission);
      const [draft] = mailbox.folder('drafts')!.messages;
      mailbox.move(draft!, 'deleteditems');
      expect(await send!.outcome!(staged)).toBe('cannot-tell');
      expect(await send!.outcome!('nobody-knows@contoso.test')).toBe('not-found');
    }));
});

describe('an application without Mail.ReadWrite', () => {
  const permissions = (...roles: readonly string[]) => ({ tenant: { acceptedDomains: ['contoso.test'] }, users: [{ userPrincipalName: ADDRESS }], apps: [{ roles: roles.map((role) => ({ resource: 'graph' as const, role })) }] });

  it('sends in one step, which is logged, and is not asked for a draft again', () =>
    setting(async ({ open, tenant, logged, requests }) => {
      const { send } = await open();
      expect(await send!.dispatch(letter().submission)).toMatchObject({ accepted: [ADA], messageId: MESSAGE_ID });
      await send!.dispatch(letter().submission);
      expect(tenant.mailFlow.submitted.map(({ raw }) => raw.toString())).toEqual([letter().raw, letter().raw]);
      expect(requests.filter(({ method, url }) => method === 'POST' && url.endsWith('/messages')).length).toBe(1);
      expect(logged.filter(({ event }) => event === 'graph.sending-in-one-step').length).toBe(1);
      await expect(send!.stage!(letter().submission)).rejects.toMatchObject({ code: 'access.denied', remedy: { who: 'tenant-admin' } });
    }, permissions('Mail.Read', 'Mail.Send')));

  it('stages nothing where it is configured to send in one step, and takes no more than one request holds', () =>
    setting(async ({ open, tenant }) => {
      const { send } = await open({ send: { mode: 'send-mail' } });
      expect(send).not.toHaveProperty('stage');
      expect(send!.traits).toMatchObject({ maxBytes: 3 * 1_024 * 1_024 });
      await send!.dispatch(letter().submission);
      expect(await codeOf(send!.dispatch(letter({ body: 'x'.repeat(70).concat('\r\n').repeat(50_000) }).submission))).toBe('message.too-large');
      expect(tenant.mailFlow.submitted.length).toBe(1);
      expect(await send!.outcome!(MESSAGE_ID)).toBe('sent');
    }, permissions('Mail.Read', 'Mail.Send')));

  it('is told delivery.unknown when the answer is lost', () =>
    setting(async ({ open, tenant, fault }) => {
      const { send } = await open({ send: { mode: 'send-mail' } });
      using _ = fault('http.refuse', { status: 504, when: 'after', method: 'POST', path: '/sendMail$' }, 1);
      expect(await codeOf(send!.dispatch(letter().submission))).toBe('delivery.unknown');
      expect(tenant.mailFlow.submitted.length).toBe(1);
    }, permissions('Mail.Read', 'Mail.Send')));

  it('sends although it may not read', () =>
    setting(async ({ open, tenant }) => {
      expect(await codeOf(open())).toBe('access.denied');
      const { probe, receive, mutate, send } = await open({ send: { mode: 'send-mail' } });
      expect([receive, mutate]).toEqual([undefined, undefined]);
      expect((await probe.check()).checks.map(({ name, status }) => [name, status])).toEqual([['reach', 'pass'], ['authenticate', 'pass'], ['send', 'pass']]);
      await send!.dispatch(letter().submission);
      expect(tenant.mailFlow.submitted.length).toBe(1);
      expect(await send!.outcome!(MESSAGE_ID)).toBe('cannot-tell');
    }, permissions('Mail.Send')));
});

describe('what Exchange refuses', () => {
  it('is a quota where the recipients of the day are used up, and is not tried again', () =>
    setting(async ({ open, tenant, requests }) => {
      const { send } = await open();
      tenant.directory.updateTenant({ limits: { ...tenant.directory.tenant.limits, recipientsPerDay: 0 } });
      expect(await codeOf(send!.dispatch(letter().submission))).toBe('quota.exceeded');
      expect(requests.filter(({ url }) => url.endsWith('/send')).length).toBe(1);
    }));

  it('is a recipient that is no address', () =>
    setting(async ({ open, mailbox }) => {
      const { send } = await open();
      expect(await codeOf(send!.dispatch(letter({ headers: ['Cc: <ben@b@example.org>'], rcptTo: [ADA, 'ben@b@example.org'] }).submission))).toBe('recipient.refused');
      expect(mailbox.folder('drafts')?.messages.length).toBe(0);
    }));

  it('is unclear when it says accepted and come again', () =>
    setting(async ({ open, context }) => {
      const { send } = await open(
        {},
        {
          fetch: async (input, init) => {
            const response = await context.fetch(input, init);
            return response.status === 202 ? new Response(null, { status: 202, headers: { 'retry-after': '7' } }) : response;
          },
        },
      );
      await expect(send!.dispatch(letter().submission)).rejects.toMatchObject({ code: 'delivery.unknown', retryAfterMs: 7_000 });
    }));

  it('is a draft that it does not know yet, which may be tried again', () =>
    setting(async ({ open, context, tenant }) => {
      const missing = JSON.stringify({ error: { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' } });
      const { send } = await open({}, { fetch: async (input, init) => ((input as string).endsWith('/send') ? new Response(missing, { status: 404 }) : context.fetch(input, init)) });
      await expect(send!.dispatch(letter().submission)).rejects.toMatchObject({ code: 'unavailable', retry: 'safe' });
      expect(await codeOf(send!.dispatch(await send!.stage!(letter().submission)))).toBe('delivery.unknown');
      expect(tenant.mailFlow.submitted).toEqual([]);
    }));

  it('is an empty message, and content that cannot be read', () =>
    setting(async ({ open, requests }) => {
      const { send } = await open();
      const before = requests.length;
      const { envelope } = letter().submission;
      expect(await codeOf(send!.dispatch({ envelope, content: { async *open() {} } }))).toBe('message.refused');
      const broken = { async *open() { yield Buffer.from('From: x'); throw new Error('the disk is gone'); } };
      expect(await codeOf(send!.stage!({ envelope, content: broken }))).toBe('config.invalid');
      expect(requests.length).toBe(before);
    }));
});
