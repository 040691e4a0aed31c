import { SubmissionRefusal, type SubmissionRefusalReason } from '../mail-flow/refusal.ts';
import type { SignInRefusal } from '../sign-in/sign-in.ts';

/** An SMTP reply as smtp-server wants to be given one. */
export class Reply extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.name = 'Reply';
    this.responseCode = responseCode;
  }

  /** From `432 4.3.2 Concurrent connections limit exceeded`. */
  static parse(text: string): Reply {
    const [, code, message] = /^(\d{3}) (.*)$/s.exec(text) ?? [];
    if (code === undefined || message === undefined) throw new TypeError(`"${text}" is no SMTP reply.`);
    return new Reply(Number(code), message);
  }
}

export const HOST = 'TENANTSIM.PROD.OUTLOOK.COM';

const DISABLED = (where: string): string => `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the ${where}. Visit https://aka.ms/smtp_auth_disabled for more information. [${HOST}]`;

/** FACTS.md C2 and C4. */
const SIGN_IN: Readonly<Record<SignInRefusal['reason'], string>> = {
  'wrong-credential': `535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [${HOST}]`,
  'basic-auth-off': `550 5.7.30 Basic authentication is not supported for Client Submission. [${HOST}]`,
  'security-defaults': `535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator. [${HOST}]`,
  policy: `535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator. [${HOST}]`,
  'smtp-auth-disabled-for-tenant': DISABLED('Tenant'),
  'smtp-auth-disabled-for-mailbox': DISABLED('Mailbox'),
  'no-permission': `535 5.7.3 Authentication unsuccessful [${HOST}]`,
  'not-registered': `535 5.7.3 Authentication unsuccessful [${HOST}]`,
  token: `535 5.7.3 Authentication unsuccessful [${HOST}]`,
};

export const signInReply = (refusal: SignInRefusal): Reply => Reply.parse(SIGN_IN[refusal.reason]);
/** A valid token, but not for this mailbox. */
export const WRONG_MAILBOX = `535 5.7.3 Authentication unsuccessful [${HOST}]`;

export const THROTTLED = `432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=${HOST}]`;
export const NOT_SIGNED_IN = `5.7.57 Client not authenticated to send mail. [${HOST}]`;
export const TOO_MANY_RECIPIENTS = '452 4.5.3 Too many recipients';
export const UNKNOWN_RECIPIENT = '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup';
export const TEMPORARY = `451 4.7.0 Temporary server error. Please try again later. PRX2 [${HOST}]`;

const SUBMISSION: Readonly<Record<SubmissionRefusalReason, (text: string) => string>> = {
  'send-as-denied': (text) => `554 5.2.252 SendAsDenied; ${text}; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception [Hostname=${HOST}]`,
  'too-large': () => '552 5.3.4 Message size exceeds fixed limit',
  'too-many-recipients': () => TOO_MANY_RECIPIENTS,
  'recipient-quota': () => "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
  'no-recipients': () => '503 5.5.2 Need rcpt command',
};

export const toReply = (error: unknown): Reply => {
  if (error instanceof Reply) return error;
  return Reply.parse(error instanceof SubmissionRefusal ? SUBMISSION[error.reason](error.message) : TEMPORARY);
};
