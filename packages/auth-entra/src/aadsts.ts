import type { MailErrorCode, Remedy } from '@signalbox/core';

/** What texts of remedies fill in. */
export interface Party {
  readonly tenant: string;
  readonly clientId: string;
  /** Where an administrator consents to everything the application's registration lists (FACTS.md A1). */
  readonly consentUrl: string;
  /** Who signs in; absent where the application acts as itself. */
  readonly account?: string;
}

export interface Meaning {
  readonly code: MailErrorCode;
  readonly message: string;
  readonly remedy?: (party: Party) => Remedy;
  /** The application's own credential is what was refused: another one may do. */
  readonly ofCredential?: true;
  /** The refresh token is good for nothing any more, whatever is asked for. */
  readonly endsSignIn?: true;
  readonly retryAfterMs?: number;
}

type Text = string | ((party: Party) => string);
const remedy = (who: Remedy['who'], action: Remedy['action'], text: Text, url?: (party: Party) => string) => (party: Party): Remedy => ({
  who,
  action,
  text: typeof text === 'string' ? text : text(party),
  ...(url && { url: url(party) }),
});

const consent = (text: Text) => remedy('tenant-admin', 'grant-consent', text, ({ consentUrl }) => consentUrl);
const signIn = (text: Text) => remedy('mailbox-user', 'sign-in-again', text);
const whom = ({ account }: Party): string => account ?? 'the user';
const signInAgain = signIn((party) => `Sign in again as ${whom(party)}.`);
const newSecret = remedy('operator', 'replace-credential', ({ clientId }) => `Create a new client secret for the application ${clientId} in the Entra admin center and put its value into the configuration, or use a certificate.`);
const checkCertificate = remedy('operator', 'replace-credential', ({ clientId }) => `Upload the certificate of the configuration to the application ${clientId} in the Entra admin center, and see that key and clock are right.`);
const checkFederation = remedy('tenant-admin', 'replace-credential', ({ clientId }) => `Give the application ${clientId} a federated credential whose issuer, subject and audience are those of the assertion.`);
const otherCloud = remedy('operator', 'fix-config', ({ tenant }) => `Set "cloud" to the national cloud that the tenant ${tenant} is in.`);
const addPermission = remedy('tenant-admin', 'grant-consent', ({ clientId }) => `Add the API permissions that the flow needs to the application ${clientId}, and consent to them.`, ({ consentUrl }) => consentUrl);
const correctScopes = remedy('operator', 'fix-config', 'Correct the "scopes": those of one resource at a time, spelled as Microsoft spells them.');
const ownTenant = remedy('operator', 'fix-config', 'Set "tenant" to the domain or the id of the organisation, not to common, organizations or consumers.');
const policy = remedy('tenant-admin', 'grant-mailbox-access', (party) => `Change the Conditional Access policy that blocks ${party.account ?? `the application ${party.clientId}`}, or exclude it; the sign-in log of Entra names the policy.`);

const meaning = (code: MailErrorCode, message: string, how?: Meaning['remedy'], more: Partial<Meaning> = {}): Meaning => ({ code, message, ...(how && { remedy: how }), ...more });
const ofCredential = { ofCredential: true } as const;
const endsSignIn = { endsSignIn: true } as const;

const wrongCertificate = meaning('auth.rejected', 'Entra does not accept the certificate of the application.', checkCertificate, ofCredential);
const wrongFederation = meaning('auth.rejected', 'Entra does not trust the assertion that the application showed.', checkFederation, ofCredential);
const unknownApp = meaning('config.invalid', 'The application is not known in this tenant.', remedy('operator', 'fix-config', ({ tenant, clientId }) => `Check "tenant" (${tenant}) and "clientId" (${clientId}); an application of another organisation first needs the consent of an administrator.`, ({ consentUrl }) => consentUrl));
const wrongCloud = meaning('config.invalid', 'The tenant is in another national cloud.', otherCloud);
const wrongResource = meaning('config.invalid', 'The application may not ask for tokens for this resource.', addPermission);
const wrongScope = meaning('config.invalid', 'Entra does not know what is asked for by the scopes.', correctScopes);
const secondFactor = meaning('auth.interaction-required', 'Entra asks for more proof than the last sign-in gave, such as a second factor.', signInAgain);
const blocked = meaning('access.denied', 'A policy of the organisation blocks this sign-in.', policy);
const ranOut = meaning('auth.interaction-required', 'The sign-in has run out.', signInAgain, endsSignIn);
const revoked = meaning('auth.interaction-required', 'The sign-in was revoked, as a new password or an administrator does.', signInAgain, endsSignIn);
const notAccepted = meaning('auth.interaction-required', 'Entra does not accept the sign-in, by a number that is not known here.', signInAgain);
const startAnew = meaning('auth.interaction-required', 'The sign-in was not brought to its end.', signIn((party) => `Begin to sign in as ${whom(party)} anew, and finish within the time given.`));
const transient = meaning('unavailable', 'Microsoft Entra cannot answer at the moment.');
const wrongGrant = meaning('config.invalid', 'This address gives no tokens in the way they are asked for.', remedy('operator', 'fix-config', 'Check "grant" and "authority": the tenant, or what answers in the place of Entra, does not serve this grant.'));
const notHere = meaning('config.invalid', 'The application is not served at this address of Entra.', ownTenant);

type Row = readonly [codes: readonly number[], meaning: Meaning];

/** FACTS.md A10, and what else the token endpoint is known to say. Numbers are hints; what has none is told by `error`. */
const ROWS: readonly Row[] = [
  [[7000215], meaning('auth.rejected', 'Entra does not accept the client secret.', remedy('operator', 'replace-credential', ({ clientId }) => `Put the value of a client secret of the application ${clientId} into the configuration, not the id of the secret.`), ofCredential)],
  [[7000222], meaning('auth.rejected', 'The client secret has expired.', newSecret, ofCredential)],
  [[7000218], meaning('config.invalid', 'Entra wants the application to prove itself here.', remedy('tenant-admin', 'fix-config', ({ clientId }) => `Set "Allow public client flows" for the application ${clientId}, or give the configuration its credential.`))],
  [[700025], meaning('config.invalid', 'The application is a public client and may not show a credential.', remedy('operator', 'fix-config', 'Remove the credential from the configuration, or sign in by a redirect address of the platform Web.'))],
  [[700027, 50012, 700021, 700023, 700024, 50027], wrongCertificate],
  [[700211, 700212, 700213, 700229], wrongFederation],
  [[700016, 700011, 70001], unknownApp],
  [[7000112], meaning('auth.rejected', 'The application is disabled in this tenant.', remedy('tenant-admin', 'fix-config', ({ clientId }) => `Enable the enterprise application ${clientId} for sign-in.`, () => 'https://learn.microsoft.com/entra/identity/enterprise-apps/disable-user-sign-in-portal'))],
  [[7000114], meaning('access.denied', 'The application may not exchange tokens of users.', remedy('operator', 'fix-config', ({ clientId }) => `Use the grant client-credentials or delegated, or an application that may exchange tokens in the place of ${clientId}.`))],
  [[90002], meaning('config.invalid', 'Entra knows no such tenant.', remedy('operator', 'fix-config', ({ tenant }) => `Check "tenant" (${tenant}), and "cloud" if it is in a national one.`))],
  [[90038, 900382, 900432], wrongCloud],
  [[500011, 50001, 650057], wrongResource],
  [[70011, 700022, 28002, 1002012], wrongScope],
  [[65001], meaning('auth.interaction-required', 'Nobody has consented to what the application asks for.', consent(({ clientId }) => `Consent to the permissions of the application ${clientId}, or let the user do so when signing in again.`))],
  [[90094], meaning('auth.interaction-required', 'Only an administrator can consent to what the application asks for.', consent(({ clientId }) => `Consent to the permissions of the application ${clientId} for the organisation.`))],
  [[65004], meaning('auth.interaction-required', 'The permissions were declined while signing in.', signIn((party) => `Sign in again as ${whom(party)} and accept the permissions.`))],
  [[50076, 50079, 50072, 50074, 50078, 50158, 500121], secondFactor],
  [[53000, 53001, 53003, 530032, 530035, 50131, 50005], blocked],
  [[700082, 70008, 700084, 70043], ranOut],
  [[50173, 50132, 50133, 50089, 70000], revoked],
  [[50126], meaning('auth.rejected', 'Entra does not accept the user name or the password.', signInAgain)],
  [[50034], meaning('auth.rejected', 'The account does not exist in this tenant.', remedy('operator', 'fix-config', (party) => `Correct the account that signs in (${whom(party)}), or the tenant.`))],
  [[50057], meaning('auth.rejected', 'The account is disabled.', remedy('tenant-admin', 'fix-config', (party) => `Enable the account ${whom(party)}, or let another one sign in.`))],
  [[50055], meaning('auth.rejected', 'The password of the account has expired.', remedy('mailbox-user', 'sign-in-again', (party) => `Change the password of ${whom(party)}, then sign in again.`))],
  [[50053], meaning('auth.rejected', 'The account is locked, or its address is under suspicion.', remedy('tenant-admin', 'fix-config', (party) => `Unlock the account ${whom(party)}, then sign in again.`))],
  [[50020], meaning('auth.wrong-account', 'The account belongs to another tenant.', signInAgain)],
  [[50105], meaning('access.denied', 'The account is not assigned to the application.', remedy('tenant-admin', 'grant-mailbox-access', (party) => `Assign ${whom(party)} to the enterprise application ${party.clientId}.`))],
  [[50011], meaning('config.invalid', 'The redirect address is not registered with the application.', remedy('tenant-admin', 'fix-config', ({ clientId }) => `Register the redirect address with the application ${clientId}, letter by letter as it is used.`))],
  [[700005], meaning('config.invalid', 'The sign-in was begun at another tenant than it is finished at.', ownTenant)],
  [[54005, 501481], startAnew],
  [[70016, 70017, 70018, 70019], startAnew],
  [[50013, 500133], meaning('auth.interaction-required', 'Entra does not accept the user token that was brought.', remedy('operator', 'sign-in-again', ({ clientId }) => `Bring a fresh access token whose audience is the application ${clientId}.`))],
  [[50196], meaning('throttled', 'Entra has seen the same request too often and refuses it for now.', remedy('plugin-author', 'report-bug', 'Report this: tokens are asked for in a loop.'), { retryAfterMs: 600_000 })],
  [[90055], meaning('throttled', 'Microsoft Entra throttles the tenant.')],
  [[90006, 90024, 90033, 50033, 50087, 90012, 90090, 50000], transient],
  [[100007], meaning('config.invalid', 'A regional address of Entra serves only applications of Microsoft.', remedy('operator', 'fix-config', 'Remove MSAL_FORCE_REGION from the environment, and the region from "authority".'))],
  [[50194, 9001023, 90124, 90130], notHere],
];

const TABLE: ReadonlyMap<number, Meaning> = new Map(ROWS.flatMap(([codes, means]) => codes.map((code) => [code, means] as const)));

/** The first of the codes that is known. */
export function meaningOf(codes: readonly number[]): Meaning | undefined {
  for (const code of codes) {
    const found = TABLE.get(code);
    if (found) return found;
  }
  return undefined;
}

const BY_ERROR: Readonly<Record<string, Meaning>> = {
  invalid_client: meaning('auth.rejected', 'Entra does not accept the credential of the application.', newSecret, ofCredential),
  unauthorized_client: unknownApp,
  invalid_request: meaning('config.invalid', 'Entra does not understand the request.', remedy('operator', 'fix-config', 'Check the settings of the section "entra".')),
  unsupported_grant_type: wrongGrant,
  unsupported_response_type: wrongGrant,
  invalid_scope: wrongScope,
  invalid_resource: wrongResource,
  invalid_grant: meaning('auth.interaction-required', 'The sign-in is not valid any more.', signInAgain, endsSignIn),
  bad_token: ranOut,
  interaction_required: secondFactor,
  login_required: secondFactor,
  consent_required: meaning('auth.interaction-required', 'Consent is missing.', consent(({ clientId }) => `Consent to the permissions of the application ${clientId}.`)),
  access_denied: meaning('auth.interaction-required', 'The sign-in was declined.', signInAgain),
  temporarily_unavailable: transient,
  server_error: transient,
  slow_down: meaning('throttled', 'Entra asks for a slower pace.'),
  authorization_pending: startAnew,
  authorization_declined: startAnew,
  bad_verification_code: startAnew,
  expired_token: startAnew,
};

/**
 * By `error` (RFC 6749 §5.2, and Microsoft's own), where no number is known. `invalid_grant` is also what policies say
 * (FACTS.md A10), and new ones get new numbers: a number that nobody knows here ends no sign-in whose token may well live.
 */
export const meaningOfError = (error: string, codes: readonly number[]): Meaning | undefined => (error === 'invalid_grant' && codes.length > 0 ? notAccepted : BY_ERROR[error]);

/** Decides before `error` does: `invalid_grant` alone does not tell a dead token from a policy (FACTS.md B5). */
export const BY_SUBERROR: Readonly<Record<string, Meaning>> = {
  bad_token: ranOut,
  basic_action: secondFactor,
  additional_action: secondFactor,
  message_only: blocked,
  consent_required: BY_ERROR['consent_required'] ?? secondFactor,
  user_password_expired: meaning('auth.rejected', 'The password of the account has expired.', remedy('mailbox-user', 'sign-in-again', (party) => `Change the password of ${whom(party)}, then sign in again.`)),
};

export const TRANSIENT: Meaning = transient;
export const THROTTLED: Meaning = meaning('throttled', 'Microsoft Entra throttles requests.');
