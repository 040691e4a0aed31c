import type { BlastRadius, MailErrorCode, Remedy } from '@signalbox/core';
import type { GraphRequest } from './http/request.ts';
import type { Refusal } from './http/refusal.ts';
import { REMEDIES } from './remedies.ts';

export interface Rule {
  readonly code: MailErrorCode;
  /** `{host}` is replaced. */
  readonly message: string;
  readonly remedy?: Remedy;
  readonly affects?: BlastRadius;
}

const rejected: Rule = { code: 'auth.rejected', message: '{host} refused the token.', remedy: REMEDIES.signInAgain };
const denied: Rule = { code: 'access.denied', message: '{host} does not let this application do that in this mailbox.', remedy: REMEDIES.grantPermission };
const outOfScope: Rule = { code: 'access.denied', message: 'This mailbox is outside the scope of the application.', remedy: REMEDIES.includeMailbox };
const noUser: Rule = { code: 'mailbox.not-found', message: '{host} knows no mailbox with this address.', remedy: REMEDIES.correctAddress };
const noMailbox: Rule = { code: 'mailbox.not-found', message: 'The mailbox is inactive, without a licence or not in Exchange Online.', remedy: REMEDIES.licenseMailbox };
const expired: Rule = { code: 'cursor.expired', message: '{host} no longer knows this position.' };
const throttled: Rule = { code: 'throttled', message: '{host} asks for fewer requests.' };
const unavailable: Rule = { code: 'unavailable', message: '{host} cannot answer for now.' };
const timeout: Rule = { code: 'timeout', message: 'What is behind {host} did not answer in time.' };
const tooLarge: Rule = { code: 'message.too-large', message: 'The message is larger than {host} takes.' };
const allowance: Rule = { code: 'quota.exceeded', message: 'The sending allowance of this mailbox is used up.', remedy: REMEDIES.waitForAllowance };
const full: Rule = { code: 'quota.exceeded', message: 'The mailbox has no room left.', remedy: REMEDIES.freeSpace };
const refused: Rule = { code: 'message.refused', message: '{host} refused the message.' };

/** By code, in lower case: FACTS.md E13, and what Exchange is known to say beside it. */
const BY_CODE: Readonly<Record<string, Rule>> = {
  invalidauthenticationtoken: rejected,
  errorsendasdenied: { code: 'sender.refused', message: '{host} does not let this mailbox send as that address.', remedy: REMEDIES.sendAs },
  erroraccessdenied: denied,
  accessdenied: denied,
  authorization_requestdenied: denied,
  errorinvaliduser: noUser,
  request_resourcenotfound: noUser,
  resourcenotfound: noUser,
  mailboxnotenabledforrestapi: noMailbox,
  errornonexistentmailbox: noMailbox,
  errorinvalidrecipients: { code: 'recipient.refused', message: '{host} refused a recipient.' },
  errormessagesizeexceeded: tooLarge,
  requestentitytoolarge: tooLarge,
  errorexceededmessagelimit: allowance,
  errorsubmissionquotaexceeded: allowance,
  errorquotaexceeded: full,
  quotalimitreached: full,
  errormimecontentinvalidbase64string: refused,
  errormimecontentinvalid: refused,
  invalidinternetmessageheader: refused,
  invalidinternetmessageheadercollection: refused,
  syncstatenotfound: expired,
  resyncrequired: expired,
  toomanyrequests: throttled,
  applicationthrottled: throttled,
  activitylimitreached: throttled,
  bandwidthlimitexceeded: throttled,
  errormailboxstoreunavailable: unavailable,
  errorserverbusy: unavailable,
};

/** Codes that say no more than that what the path names is not there. */
const MISSING: ReadonlySet<string> = new Set(['erroritemnotfound', 'errorfoldernotfound', 'itemnotfound', 'errorinvalididmalformed', 'errorinvalidid']);

const NOT_FOUND: Readonly<Record<NonNullable<GraphRequest['names']>, Rule>> = {
  message: { code: 'message.not-found', message: 'There is no such message.' },
  folder: { code: 'folder.not-found', message: 'There is no such folder.' },
  mailbox: noUser,
};

const BY_STATUS: Readonly<Record<number, Rule>> = {
  401: rejected,
  403: denied,
  408: timeout,
  410: expired,
  413: tooLarge,
  429: throttled,
  500: unavailable,
  502: unavailable,
  503: unavailable,
  504: timeout,
  507: full,
  509: throttled,
};

/**
 * The code says which of the reasons for a 403 it is, but for one: an application access policy answers with the code of a missing
 * permission, and only its words, which stand in Microsoft's documentation, tell who has to do what (FACTS.md E13).
 */
const SCOPE_WORDS = /\[RAOP\]|Access to OData is disabled/i;

/** From the deepest code that is known, else from the status. */
export function ruleFor({ status, codes, message }: Pick<Refusal, 'status' | 'codes' | 'message'>, names: GraphRequest['names'] = 'message'): Rule | undefined {
  const known = codes.map((code) => code.toLowerCase()).findLast((code) => Object.hasOwn(BY_CODE, code) || MISSING.has(code));
  if (known !== undefined && MISSING.has(known)) return NOT_FOUND[names];
  const rule = known === undefined ? undefined : BY_CODE[known];
  if (rule === denied && SCOPE_WORDS.test(message)) return outOfScope;
  return rule ?? (status === 404 ? NOT_FOUND[names] : BY_STATUS[status]);
}
