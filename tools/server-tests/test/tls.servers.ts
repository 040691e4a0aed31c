import { openTestHost } from '@signalbox/conformance';
import { contentOf } from '@signalbox/kit';
import { type FaultProxy, startFaultProxy } from '@signalbox/lab';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { describe, expect, it } from 'vitest';
import { freshName, passwordOf } from '../src/worlds/issuers.ts';
import { lab } from './lab.ts';

const { dovecot, greenmail, postfix } = lab;
if (!dovecot || !greenmail || !postfix) throw new Error('These tests need every server of the lab.');

const account = await dovecot.createUser(freshName('tls'));
const subject = { mailbox: { id: 'tls', address: account.user }, network: { ca: [lab.ca] }, issuer: passwordOf(account) };
const at = (port: number, tls: 'implicit' | 'starttls'): Readonly<Record<string, unknown>> => ({ host: '127.0.0.1', port, tls });

const showing = (certificate: 'expired' | 'wrongHost' | 'untrusted', target: number): Promise<FaultProxy> =>
  startFaultProxy({ target, tls: lab.certificates[certificate], upstreamTls: { ca: lab.ca, servername: 'localhost' } });

describe('TLS', () => {
  it('reads over STARTTLS', async () => {
    await using host = await openTestHost({ ...subject, plugin: imap, config: at(dovecot.imapPort, 'starttls') });
    const { receive } = await host.open();
    const inbox = await receive?.findFolder({ role: 'inbox' });
    expect(await receive?.unread(inbox?.id ?? '')).toBe(0);
  });

  it('sends over STARTTLS', async () => {
    await using host = await openTestHost({ ...subject, plugin: smtp, config: at(postfix.submissionPort, 'starttls') });
    const { send } = await host.open();
    const receipt = await send?.dispatch({ envelope: { mailFrom: account.user, rcptTo: [account.user] }, content: contentOf('Subject: x\r\n\r\nx\r\n') });
    expect(receipt?.accepted).toEqual([account.user]);
  });

  describe.each(['expired', 'wrongHost', 'untrusted'] as const)('with a certificate that is %s', (certificate) => {
    it.each([
      ['imap', imap, dovecot.imapsPort],
      ['smtp', smtp, postfix.submissionsPort],
    ] as const)('refuses to sign in over %s, and says who can help', async (_name, plugin, port) => {
      await using proxy = await showing(certificate, port);
      await using host = await openTestHost<never>({ ...subject, plugin: plugin as never, config: at(proxy.port, 'implicit') });
      await expect(host.open()).rejects.toMatchObject({ code: 'tls.failed', remedy: { who: 'operator', action: 'fix-config' } });
    });
  });

  it.each([
    ['imap', imap, greenmail.imapPort],
    ['smtp', smtp, greenmail.smtpPort],
  ] as const)('is not given up where the server offers no STARTTLS over %s', async (_name, plugin, port) => {
    await using host = await openTestHost<never>({ ...subject, plugin: plugin as never, config: at(port, 'starttls') });
    await expect(host.open()).rejects.toMatchObject({ code: 'tls.failed', remedy: { who: 'operator', action: 'fix-config' } });
  });
});
