import type { Submission } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { contentOfPieces } from '../large-letters.ts';
import { MAILBOX } from './play.ts';

const headerOf = (to: string, subject: string): readonly string[] => [`From: Alex Wilber <${MAILBOX}>`, `To: ${to}`, `Subject: ${subject}`, 'MIME-Version: 1.0'];
const envelopeTo = (to: string): Submission['envelope'] => ({ mailFrom: MAILBOX, rcptTo: [to] });

/** Of the letter in example 009 the documentation shows the beginning only. */
export function application(): Submission & { readonly bytes: Buffer } {
  const to = 'MeganB@contoso.com';
  const bytes = Buffer.from([...headerOf(to, 'Internal Resume Submission: Sales Associate'), '', 'Hi, Megan.', ''].join('\r\n'));
  return { envelope: envelopeTo(to), content: contentOf(bytes), bytes };
}

/** With the attachment of examples 083 to 087. */
export function flower(): Submission {
  const to = 'AdeleV@contoso.onmicrosoft.com';
  const head = [...headerOf(to, "Did you see last night's game?"), 'Content-Type: multipart/mixed; boundary="outer"', '', '--outer', 'Content-Type: text/plain', '', 'They were awesome!', '--outer'];
  const file = ['Content-Type: image/jpeg', 'Content-Disposition: attachment; filename="flower"', 'Content-Transfer-Encoding: base64', '', ''];
  return { envelope: envelopeTo(to), content: contentOfPieces([[...head, ...file].join('\r\n'), { octets: 3_483_322 }, '--outer--\r\n']) };
}
