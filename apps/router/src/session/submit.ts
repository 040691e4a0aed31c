import { type EmailAddress, MailError, type MailTransport, type Receipt, type Send, type Submission } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { Config } from '@signalbox/router';

/** Who a mail comes from and who gets it: given on the command line, or by the configuration's `outgoing`. */
export interface Addressees {
  readonly from?: EmailAddress | undefined;
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly bcc: readonly EmailAddress[];
}

export interface Addressed extends Addressees {
  readonly from: EmailAddress;
}

/** Applies the configuration's default From and its Bcc. */
export const applyDefaults = (given: Addressees, { outgoing }: Config, mailbox: EmailAddress): Addressed => ({
  ...given,
  from: given.from ?? outgoing.from ?? mailbox,
  bcc: unique([...given.bcc, ...(outgoing.bcc ?? [])]),
});

const unique = (addresses: readonly EmailAddress[]): readonly EmailAddress[] => [...new Map(addresses.map((each) => [each.toLowerCase(), each])).values()];

/** The envelope; throws `message.refused` when nobody is to get it. */
export function envelopeOf({ from, to, cc, bcc }: Addressed): Submission['envelope'] {
  const [first, ...others] = unique([...to, ...cc, ...bcc]);
  if (first === undefined) {
    throw new MailError('message.refused', 'The message has no recipient.', {
      remedy: { who: 'operator', action: 'fix-config', text: 'Name one with --to, or in the To header of the file.' },
    });
  }
  return { mailFrom: from, rcptTo: [first, ...others] };
}

/** The send facet of a transport that a route promised it of. Throws `capability.unsupported` where the server gives less. */
export function sendFacet({ send }: MailTransport): Send {
  if (!send) throw new MailError('capability.unsupported', "This mailbox's transport cannot send.");
  return send;
}

/** Once, in two steps where the server can. */
export async function submit(send: Send, envelope: Submission['envelope'], bytes: Buffer, signal: AbortSignal): Promise<Receipt> {
  const submission: Submission = { envelope, content: contentOf(bytes) };
  const what = send.stage ? await send.stage(submission, { signal }) : submission;
  return send.dispatch(what, { signal });
}
