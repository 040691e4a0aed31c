import { type AuthFinding, MailError } from '@signalbox/core';
import type { Party } from './aadsts.ts';
import { payloadOf } from './id-token.ts';
import type { AskedScopes } from './scopes.ts';
import type { Services } from './services.ts';

/** What an application needs where a person would need this (FACTS.md A7, C3, E16). */
const ROLES: Readonly<Record<string, string>> = { 'IMAP.AccessAsUser.All': 'IMAP.AccessAsApp', 'POP.AccessAsUser.All': 'POP.AccessAsApp', 'SMTP.Send': 'SMTP.SendAsApp' };
/** `.default` names nothing: what the Graph transport works with. */
const GRAPH_ROLES = ['Mail.ReadWrite', 'Mail.Send'] as const;
/** IMAP and POP know no RBAC for Applications: they always need their role (FACTS.md C3). */
const WITHOUT_RBAC: ReadonlySet<string> = new Set(['IMAP.AccessAsApp', 'POP.AccessAsApp']);
/** A broader permission holds the narrower ones. */
const HELD_BY: Readonly<Record<string, readonly string[]>> = { 'Mail.Read': ['Mail.ReadWrite'], 'Mail.ReadBasic': ['Mail.Read', 'Mail.ReadWrite'], 'Mail.ReadBasic.All': ['Mail.Read', 'Mail.ReadWrite'] };

/** Looks into the application's own token. For diagnostics alone: whether it opens a mailbox, the mail server decides. */
export function inspectAppToken(services: Services, token: string, asked: AskedScopes): readonly AuthFinding[] {
  const party = services.party();
  const roles = listOf(payloadOf(token)['roles']);
  const needed = neededRoles(asked);
  const { expectRbac } = services.config;
  const missing = needed.filter((role) => !holds(roles, role) && !(expectRbac && !WITHOUT_RBAC.has(role)));
  // SMTP.SendAsApp opens no mailbox by itself: Exchange wants a permission on each beside it (FACTS.md C3).
  const leftover = expectRbac ? roles.filter((role) => /^Mail[.-]/.test(role)) : [];
  return [...(missing.length > 0 ? [missingRoles(party, missing)] : []), ...(leftover.length > 0 ? [leftoverGrant(party, leftover)] : [])];
}

export function inspectUserToken(services: Services, token: string, asked: AskedScopes, account: string): readonly AuthFinding[] {
  const scopes = listOf(payloadOf(token)['scp']);
  const needed = asked.names.flatMap((name) => (name === '.default' ? (asked.kind === 'graph' ? GRAPH_ROLES : []) : [name]));
  const missing = needed.filter((name) => !holds(scopes, name));
  if (missing.length === 0) return [];
  const { clientId, consentUrl } = services.party(account);
  const text = `Consent to ${missing.join(', ')} for the application ${clientId}, or let ${account} do so when signing in again.`;
  return [{ severity: 'error', error: new MailError('access.denied', `The token of ${account} lacks ${missing.join(', ')}.`, { remedy: { who: 'tenant-admin', action: 'grant-consent', text, url: consentUrl } }) }];
}

function neededRoles({ kind, names }: AskedScopes): readonly string[] {
  if (kind === 'other') return [];
  return [...new Set(names.flatMap((name) => (name === '.default' ? (kind === 'graph' ? GRAPH_ROLES : []) : [ROLES[name] ?? name])))];
}

const holds = (held: readonly string[], wanted: string): boolean => [wanted, ...(HELD_BY[wanted] ?? [])].some((name) => held.includes(name));

function missingRoles({ clientId, tenant, consentUrl }: Party, missing: readonly string[]): AuthFinding {
  return {
    severity: 'error',
    // Entra gives a token also where nothing was granted (FACTS.md A2): the mail server would answer 403 later, and not say why.
    error: new MailError('access.denied', `The application ${clientId} lacks ${missing.join(', ')} in the tenant ${tenant}.`, {
      affects: 'tenant',
      remedy: { who: 'tenant-admin', action: 'grant-consent', text: `Add the application permissions ${missing.join(', ')} to the application ${clientId} and grant admin consent.`, url: consentUrl },
    }),
  };
}

/** Entra's grants and Exchange's are a union: one left over in Entra opens every mailbox (FACTS.md D3). */
function leftoverGrant({ clientId }: Party, leftover: readonly string[]): AuthFinding {
  return {
    severity: 'warning',
    error: new MailError('config.invalid', `The application ${clientId} holds ${leftover.join(', ')} in Entra for every mailbox, beside the scope in Exchange.`, {
      affects: 'tenant',
      remedy: { who: 'tenant-admin', action: 'fix-config', text: `Remove the consent for ${leftover.join(', ')} from the enterprise application ${clientId}; access by RBAC for Applications stays.` },
    }),
  };
}

/** `roles` is a list, `scp` a text with spaces (FACTS.md A8). */
function listOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((entry) => typeof entry === 'string') : [];
}
