/** What a code of Entra means on the wire. */
export interface AadstsRow {
  readonly error: string;
  readonly status: number;
  /** The sentence after `AADSTS…:`; names in braces are filled in, by themselves when nothing is known. */
  readonly text: string;
  readonly suberror?: string;
}

type Row = readonly [code: number, text: string, suberror?: string];

const group = (error: string, status: number, rows: readonly Row[]): Readonly<Record<number, AadstsRow>> =>
  Object.fromEntries(rows.map(([code, text, suberror]) => [code, { error, status, text, ...(suberror !== undefined && { suberror }) }]));

const MFA = 'you must use multi-factor authentication to access the resource.';

/**
 * Every code the door speaks: FACTS.md A10, with the texts of entra-docs reference-error-codes.md (2024-04) where the
 * service's own are not known. Suberrors and statuses as in the examples of FACTS.md; they decide what MSAL does (B5).
 */
export const AADSTS: Readonly<Record<number, AadstsRow>> = {
  ...group('invalid_client', 401, [
    [50012, "Client assertion could not be authenticated. The thumbprint of the signing certificate is not authorized. Thumbprint of key used by client: '{thumbprint}'."],
    [50027, 'JWT token is invalid or malformed.'],
    [7000215, 'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app \'{client}\'.'],
    [7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."],
    [7000222, "The provided client secret keys for app '{client}' are expired. Create new keys for your app, or consider using certificate credentials for added security."],
    [700021, "Client assertion application identifier doesn't match 'client_id' parameter."],
    [700023, "Client assertion audience claim does not match Realm issuer."],
    [700024, 'Client assertion is not within its valid time range.'],
    [700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."],
    [700027, 'Client assertion failed signature validation. [Reason - {reason}]'],
    [700211, "No matching federated identity record found for presented assertion issuer '{issuer}'."],
    [700212, "No matching federated identity record found for presented assertion audience '{audience}'."],
    [700213, "No matching federated identity record found for presented assertion subject '{subject}'."],
    [700229, 'Only app-only tokens can be used as Federated Identity Credentials for Microsoft Entra issuer.'],
  ]),
  ...group('unauthorized_client', 400, [
    [70001, "The application '{client}' is disabled or was not found in the directory."],
    [700011, "Application with identifier '{client}' was not found in the directory."],
    [700016, "Application with identifier '{client}' was not found in the directory '{tenant}'."],
    [7000112, "Application '{client}' is disabled."],
    [7000114, "Application '{client}' is not allowed to make application on-behalf-of calls."],
  ]),
  ...group('invalid_request', 400, [
    [50011, "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'."],
    [50049, 'Unknown or invalid instance.'],
    [50059, 'No tenant-identifying information found in either the request or implied by any provided credentials.'],
    [50194, "Application '{client}' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant."],
    [70007, "'{mode}' is not a supported value of 'response_mode' when requesting a token."],
    [90002, "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."],
    [90014, "The required field '{name}' is missing from the credential. Ensure that you have all the necessary parameters for the login request."],
    [90023, 'The authentication service request is not valid: {reason}'],
    [90038, "The specified tenant '{tenant}' belongs to another national cloud. A cloud redirect error is returned."],
    [90124, 'The resource is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.'],
    [90130, "Application '{client}' is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."],
    [100007, 'Microsoft Entra Regional ONLY supports auth either for MSIs OR for requests from MSAL using SN+I for 1P apps or 3P apps in Microsoft infrastructure tenants.'],
    [900144, "The request body must contain the following parameter: '{name}'."],
    [900382, 'Confidential Client is not supported in Cross Cloud request.'],
    [900432, 'Confidential Client is not supported in Cross Cloud request.'],
    [900561, 'The endpoint only accepts {allowed} requests. Received a {method} request.'],
    [900971, 'No reply address provided.'],
    [9000410, 'Malformed JSON.'],
    [9000411, "The request is not properly formatted. The parameter '{name}' is duplicated."],
    [9001023, 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.'],
    [9002325, 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.'],
    [9002327, "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests."],
  ]),
  ...group('unsupported_grant_type', 400, [[70003, "The app requested an unsupported grant type '{grant}'."]]),
  ...group('unsupported_response_type', 400, [[70005, "'{type}' is not a supported response type."]]),
  ...group('invalid_resource', 400, [
    [50001, 'The resource principal named {resource} is disabled or does not exist.'],
    [500011, 'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.'],
    [650057, "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: {client}. Resource value from request: {resource}."],
  ]),
  ...group('invalid_scope', 400, [
    [28002, "Provided value for the input parameter scope '{scope}' is not valid when requesting an access token. Specify a valid scope."],
    [70011, "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."],
    [700022, "The provided value for the input parameter scope '{scope}' is not valid because it contains more than one resource."],
    [1002012, "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."],
  ]),
  ...group('invalid_grant', 400, [
    [50005, 'User tried to log in to a device from a platform that is currently not supported through Conditional Access policy.', 'message_only'],
    [50013, 'Assertion failed signature validation, or is malformed. [Reason - {reason}]'],
    [50020, "User account '{user}' does not exist in tenant '{tenant}' and cannot access the application '{client}' in that tenant. Sign out and sign in again with a different account."],
    [50034, 'The user account {user} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.'],
    [50053, 'The account is locked, you have tried to sign in too many times with an incorrect user ID or password, or sign-in came from an IP address with malicious activity.'],
    [50055, 'The password is expired.', 'user_password_expired'],
    [50057, 'The user account is disabled.'],
    [50089, 'Authentication failed due to flow token expired.'],
    [50126, 'Error validating credentials due to invalid username or password.'],
    [50131, 'Access was refused by a Conditional Access policy: device state, suspicious activity, access policy or security policy decision.', 'message_only'],
    [50132, 'The session is not valid due to password expiration or recent password change.', 'bad_token'],
    [50133, 'The session is not valid due to password expiration or recent password change.', 'bad_token'],
    [50173, 'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on \'{issued}\'.', 'bad_token'],
    [50196, 'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.'],
    [500121, 'Authentication failed during strong authentication request.'],
    [500133, 'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.'],
    [501481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'],
    [53000, 'Device is not in required device state. Conditional Access policy requires a compliant device, and the device is not compliant.', 'message_only'],
    [53001, 'Device is not in required device state. Conditional Access policy requires a domain joined device, and the device is not domain joined.', 'message_only'],
    [53003, 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.', 'message_only'],
    [530032, 'Blocked by security policy. The tenant admin has configured a security policy that blocks this request.', 'message_only'],
    [530035, 'Access has been blocked by security defaults.', 'message_only'],
    [54005, 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'],
    [65001, "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an interactive authorization request for this user and resource.", 'consent_required'],
    [70000, 'Authentication failed. The provided grant was issued to another client or is not valid.', 'bad_token'],
    [70008, 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'],
    [70043, 'The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {issued} and the maximum allowed lifetime for this request is {lifetime}.', 'bad_token'],
    [700005, 'Provided Authorization Code is intended to use against other tenant, thus rejected. OAuth2 Authorization Code must be redeemed against same tenant it was acquired for (/common or /{tenant-ID} as appropriate).'],
    [700082, 'The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for 90.00:00:00.', 'bad_token'],
    [700084, 'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {issued}.', 'bad_token'],
    [9002313, 'Invalid request. Request is malformed or invalid.'],
    [90094, 'An administrator of {tenant} has set a policy that prevents you from granting {name} the permissions it is requesting. Contact an administrator of {tenant} who can grant permissions to this application on your behalf.', 'consent_required'],
  ]),
  ...group('access_denied', 400, [[65004, 'User declined to consent to access the app.']]),
  ...group('login_required', 400, [[50058, 'A silent sign-in request was sent but no user is signed in.']]),
  ...group('interaction_required', 400, [
    [50072, `Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.`, 'basic_action'],
    [50074, 'Strong Authentication is required.', 'basic_action'],
    [50076, `Due to a configuration change made by your administrator, or because you moved to a new location, ${MFA}`, 'basic_action'],
    [50078, 'Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access the resource.', 'basic_action'],
    [50079, 'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.', 'basic_action'],
    [50158, 'External security challenge not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges.', 'additional_action'],
  ]),
  ...group('authorization_pending', 400, [[70016, 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.']]),
  ...group('authorization_declined', 400, [[70017, 'The end user denied the authorization request.']]),
  ...group('bad_verification_code', 400, [[70018, 'Invalid verification code due to User typing in wrong user code for device code flow.']]),
  ...group('expired_token', 400, [[70019, 'Verification code expired.']]),
  ...group('temporarily_unavailable', 429, [[90055, 'There are too many incoming requests. The tenant is being throttled.']]),
  ...group('temporarily_unavailable', 503, [
    [50087, 'A transient error has occurred during strong authentication. Please try again.'],
    [90006, 'The service is temporarily unavailable.'],
    [90012, 'The request has timed out.'],
    [90024, 'A transient error has occurred. Please try again.'],
    [90033, 'A transient error has occurred. Please try again.'],
    [90090, 'The service is temporarily unavailable.'],
  ]),
  ...group('server_error', 500, [
    [50000, 'There was an error issuing a token or an issue with our sign-in service.'],
    [50033, 'A transient error has occurred. Please try again.'],
  ]),
};
