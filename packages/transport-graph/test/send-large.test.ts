import { describe, expect, it } from 'vitest';
import { largeLetter, letterWithFiles, MB, octetsAt } from './large-letters.ts';
import { ADA, codeOf, hurried, MESSAGE_ID } from './letters.ts';
import { octetsOf, sent } from './sent-mail.ts';
import { ADDRESS, setting } from './setting.ts';

describe('a message whose MIME is too large for one request', () => {
  it('arrives with its text, its header and its files, octet for octet', () =>
    setting(async (here) => {
      const headers = ['Cc: =?utf-8?Q?J=C3=BCrgen?= <juergen@example.org>', 'Reply-To: desk@contoso.test', 'Importance: high', 'In-Reply-To: <question@example.org>', 'References: <root@example.org>', ' <question@example.org>', 'X-Ticket: 17', ...[1, 2, 3, 4, 5].map((n) => `X-More-${n}: ${n}`), 'Auto-Submitted: auto-replied', 'List-Id: <news.contoso.test>'];
      const submission = letterWithFiles([{ name: 'small.pdf', octets: 70_001, seed: 3 }, { name: 'large.pdf', octets: 5 * MB + 7 }], headers);
      const mail = await sent(here, { ...submission, envelope: { mailFrom: ADDRESS, rcptTo: [ADA, 'juergen@example.org'] } });
      expect(mail).toMatchObject({ subject: 'Große Post', messageId: `<${MESSAGE_ID}>`, inReplyTo: '<question@example.org>', references: '<root@example.org> <question@example.org>' });
      expect([mail.from, mail.to, mail.cc, mail.replyTo]).toMatchObject([{ name: 'Sales', address: ADDRESS }, [{ name: 'Ada', address: ADA }], [{ name: 'Jürgen', address: 'juergen@example.org' }], [{ address: 'desk@contoso.test' }]]);
      expect(mail.text?.trim()).toBe('See the files.');
      const valuesOf = (...names: readonly string[]) => names.map((name) => mail.headers.find(({ key }) => key === name)?.value);
      expect(valuesOf('x-ticket', 'x-more-1', 'x-more-5', 'auto-submitted', 'list-id')).toEqual(['17', '1', '5', 'auto-replied', '<news.contoso.test>']);
      expect(mail.attachments.map(({ filename, mimeType, disposition }) => [filename, mimeType, disposition])).toEqual([['small.pdf', 'application/pdf', 'attachment'], ['large.pdf', 'application/pdf', 'attachment']]);
      expect(mail.attachments.map((file) => octetsOf(file).equals(octetsAt(0, octetsOf(file).byteLength, file.filename === 'small.pdf' ? 3 : 1)))).toEqual([true, true]);
      expect(mail.attachments.map((file) => octetsOf(file).byteLength)).toEqual([70_001, 5 * MB + 7]);
    }));

  it('keeps HTML with its pictures, and attached messages as they are', () =>
    setting(async (here) => {
      const attached = 'From: x@example.org\r\nSubject: inner\r\n\r\ninner text\r\n';
      const mail = await sent(
        here,
        largeLetter('multipart/mixed; boundary=a', [
          '--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n',
          '--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße <img src="cid:logo@contoso"></p>\r\n',
          '--c\r\nContent-Type: image/png\r\nContent-ID: <logo@contoso>\r\nContent-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n',
          { octets: 1_234 },
          '--c--\r\n--b--\r\n',
          `--a\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=inner.eml\r\n\r\n${attached}\r\n`,
          '--a\r\nContent-Type: application/zip; name="=?utf-8?Q?Pl=C3=A4ne.zip?="\r\nContent-Transfer-Encoding: base64\r\n\r\n',
          { octets: 4 * MB },
          '--a--\r\n',
        ]),
      );
      expect(mail.html).toContain('<p>Grüße <img src="cid:logo@contoso"></p>');
      expect(mail.attachments.map(({ filename, mimeType, disposition, contentId }) => [filename, mimeType, disposition, contentId ?? null])).toEqual([
        ['logo.png', 'image/png', 'inline', '<logo@contoso>'],
        ['inner.eml', 'message/rfc822', 'attachment', null],
        ['Pläne.zip', 'application/zip', 'attachment', null],
      ]);
      expect(here.tenant.mailFlow.submitted[0]!.raw.toString()).toContain(`\r\n\r\n${attached}\r\n--`);
    }));

  it('stays in its conversation', () =>
    setting(async (here) => {
      const { mailbox, open, put, tenant } = here;
      put(['From: ada@example.org', `To: ${ADDRESS}`, 'Subject: A question', 'Message-ID: <question@example.org>', '', 'Why?']);
      const { send } = await open({}, { clock: hurried(tenant.clock) });
      await send!.dispatch(letterWithFiles([{ name: 'answer.pdf', octets: 4 * MB }], ['In-Reply-To: <question@example.org>', 'References: <question@example.org>']));
      const client = here.client();
      const { value } = await client.json<{ value: readonly { conversationId: string; parentFolderId: string }[] }>({ method: 'GET', path: '/messages', query: { $select: 'conversationId,parentFolderId', $top: 10 } });
      expect(value.length).toBe(2);
      expect(new Set(value.map(({ conversationId }) => conversationId)).size).toBe(1);
      expect(mailbox.folder('sentitems')?.messages.length).toBe(1);
    }));

  it.each([
    ['a signature', 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=s'],
    ['encryption', 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=s'],
    ['S/MIME', 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m'],
    ['a piece of a message', 'message/partial; id=a; number=1; total=2'],
  ])('is refused before anything is sent when it is %s of 20 MB, and says the way out', (_, contentType) =>
    setting(async ({ open, requests, mailbox, tenant }) => {
      const { send } = await open();
      const before = requests.length;
      const submission = largeLetter(contentType, ['--s\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n', { octets: 15 * MB }, '--s--\r\n']);
      await expect(send!.dispatch(submission)).rejects.toMatchObject({ code: 'capability.unsupported', remedy: { who: 'operator', text: expect.stringContaining('through SMTP') as string } });
      expect([requests.length - before, mailbox.folder('drafts')?.messages.length, tenant.mailFlow.submitted.length]).toEqual([0, 0, 0]);
    }),
  );

  it('is refused with an invitation among its alternatives', () =>
    setting(async ({ open }) => {
      const { send } = await open();
      const submission = largeLetter('multipart/alternative; boundary=b', ['--b\r\nContent-Type: text/plain\r\n\r\nCome.\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n', { octets: 4 * MB }, '--b--\r\n']);
      expect(await codeOf(send!.dispatch(submission))).toBe('capability.unsupported');
    }));

  it('may be all text, as long as that fits into a request', () =>
    setting(async (here) => {
      const text = Array.from({ length: 45_000 }, (_, line) => `${String(line).padStart(70, '.')}\r\n`).join('');
      const mail = await sent(here, largeLetter('text/plain; charset=utf-8', [text]));
      const lines = (whole: string | undefined): readonly string[] => (whole ?? '').trimEnd().split(/\r?\n/);
      expect(lines(mail.text).join('\n') === lines(text).join('\n')).toBe(true);
      expect(lines(mail.text).length).toBe(45_000);
      expect(mail.attachments).toEqual([]);
    }));

  it('is refused with a file that no mailbox takes, before anything is sent, and says who can do what', { timeout: 60_000 }, () =>
    setting(async ({ open, requests }) => {
      const { send } = await open();
      const before = requests.length;
      await expect(send!.dispatch(letterWithFiles([{ name: 'huge.iso', octets: 151 * MB }]))).rejects.toMatchObject({ code: 'message.too-large', message: expect.stringContaining('157286400') as string, remedy: { who: 'mailbox-user', text: expect.stringContaining('link') as string } });
      expect(requests.length).toBe(before);
    }));

  it('is refused when its text alone is larger than a request', () =>
    setting(async ({ open, mailbox }) => {
      const { send } = await open();
      const text = `${'x'.repeat(70)}\r\n`.repeat(60_000);
      await expect(send!.dispatch(largeLetter('text/plain', [text]))).rejects.toMatchObject({ code: 'message.too-large', remedy: { who: 'operator' } });
      expect(mailbox.folder('drafts')?.messages.length).toBe(0);
    }));
});
