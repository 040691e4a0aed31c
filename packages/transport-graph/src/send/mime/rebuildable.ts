import { MailError } from '@signalbox/core';
import type { MimeNode } from '@zone-eu/mailsplit';
import { sendThroughSmtp } from '../refusals.ts';

/**
 * Above the MIME limit a message is taken apart and made anew by Exchange. What would not be the same message then is refused before
 * anything is sent: signatures and encryption (RFC 1847, RFC 8551), pieces of messages (RFC 2046 §5.2.2), reports (RFC 6522), and
 * alternatives other than text, such as invitations (RFC 6047).
 */
export function demandRebuildable(node: MimeNode): void {
  const what = sealedAs(node) ?? (isForeignAlternative(node) ? `an alternative of type ${node.contentType || 'unknown'}` : undefined);
  if (what === undefined) return;
  throw new MailError('capability.unsupported', `Above its limit for MIME, Graph takes a message only in parts, and ${what} does not survive that.`, { remedy: sendThroughSmtp });
}

const SEALED: Readonly<Record<string, string>> = {
  'multipart/signed': 'a signature',
  'multipart/encrypted': 'encryption',
  'application/pkcs7-mime': 'S/MIME',
  'application/x-pkcs7-mime': 'S/MIME',
  'message/partial': 'a piece of a message',
  'message/external-body': 'a body kept elsewhere',
  'multipart/report': 'a report',
};

const sealedAs = ({ contentType }: MimeNode): string | undefined => (contentType === false ? undefined : SEALED[contentType]);

function isForeignAlternative(node: MimeNode): boolean {
  if (node.contentType === 'text/calendar' && node.disposition !== 'attachment') return true;
  const { parentNode } = node;
  if (!parentNode || parentNode.multipart !== 'alternative' || node.multipart) return false;
  return node.contentType !== 'text/plain' && node.contentType !== 'text/html';
}
