import { expect, it } from 'vitest';
import { readDeliveryReport } from './read-report.ts';

/** As RFC 3464 appendix E has it, with a part that returns the header of the mail. */
const report = (status: string, returned = 'Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <sent@example.com>\r\nSubject: Hello\r\n', header = ''): Buffer =>
  Buffer.from(
    [
      `From: MAILER-DAEMON@example.org\r\nTo: sales@example.com\r\nSubject: Undelivered\r\n${header}MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n`,
      '--b\r\nContent-Type: text/plain\r\n\r\nCould not be delivered.\r\n',
      `--b\r\nContent-Type: message/delivery-status\r\n\r\n${status}`,
      `--b\r\n${returned}--b--\r\n`,
    ].join('\r\n'),
  );

const failed = 'Reporting-MTA: dns; mx.example.org\r\n\r\nOriginal-Recipient: rfc822;Ada@example.org\r\nFinal-Recipient: rfc822; ada@internal.example\r\nAction: failed\r\nStatus: 5.1.1 (no such user)\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n';

it('tells who did not get the mail, and why', async () => {
  expect(await readDeliveryReport(report(failed))).toEqual({
    about: ['sent@example.com'],
    recipients: [{ address: 'Ada@example.org', action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 no such user' }],
  });
});

it('reads a report about several recipients, delays among them', async () => {
  const status = `${failed}\r\nFinal-Recipient: rfc822;bob@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n`;
  expect((await readDeliveryReport(report(status)))?.recipients.map(({ address, action }) => [address, action])).toEqual([['Ada@example.org', 'failed'], ['bob@example.org', 'delayed']]);
});

it('finds the mail by the whole message that came back, or by what the report answers', async () => {
  const whole = 'Content-Type: message/rfc822\r\n\r\nMessage-ID: <whole@example.com>\r\n\r\nbody\r\n';
  expect((await readDeliveryReport(report(failed, whole)))?.about).toEqual(['whole@example.com']);
  const answering = 'In-Reply-To: <sent@example.com>\r\nReferences: <root@x> <sent@example.com>\r\n';
  expect((await readDeliveryReport(report(failed, 'Content-Type: text/plain\r\n\r\nno header\r\n', answering)))?.about).toEqual(['sent@example.com', 'root@x']);
});

it.each([
  ['a mail', 'Subject: hello\r\n\r\nMessage: failed'],
  ['a report without recipients', report('Reporting-MTA: dns; x\r\n').toString()],
  ['an action nobody knows', report('a: b\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: vanished\r\n').toString()],
  ['nothing', ''],
])('takes %s for no report', async (_, text) => {
  expect(await readDeliveryReport(Buffer.from(text))).toBeUndefined();
});
