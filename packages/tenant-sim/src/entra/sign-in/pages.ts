import type { TenantUser } from '../../directory/user.ts';
import type { EntraError } from '../error.ts';
import type { ConsentQuestion } from './flow.ts';
import { hidden, type Html, html, page } from './html.ts';

/** Where a page posts to, and for whom it speaks. */
export interface PageFrame {
  readonly organization: string;
  readonly app: string;
  readonly flow: string;
}

const form = ({ flow }: PageFrame, step: string, content: Html): Html => html`<form method="post" action="/login" autocomplete="off">${hidden({ flow, step })}${content}</form>`;
const alert = (refusal: EntraError | undefined): Html => (refusal ? html`<p class="error" role="alert" id="error">${sentenceOf(refusal)} <code>AADSTS${refusal.code}</code></p>` : html``);
const describedBy = (refusal: EntraError | undefined): Html => (refusal ? html` aria-invalid="true" aria-describedby="error"` : html``);
const buttons = (...content: readonly Html[]): Html => html`<div class="actions">${content}</div>`;
/** A form of its own: the Enter key presses the first button of the form it is in. */
const otherAccount = (frame: PageFrame, question = ''): Html => form(frame, 'other', html`<p>${question} <button class="link" name="action" value="other">Use another account</button></p>`);
const go = (label: string): Html => html`<button name="action" value="next">${label}</button>`;
const refuse = (label: string): Html => html`<button class="plain" name="action" value="cancel" formnovalidate>${label}</button>`;

export const sentenceOf = ({ code, message }: EntraError): string => message.slice(`AADSTS${code}: `.length);

export const confirmPage = (frame: PageFrame): string =>
  page(
    `Sign in to ${frame.app}`,
    frame.organization,
    html`<h1>Are you trying to sign in to ${frame.app}?</h1><p>Only continue if you started this on a device or in an application that you trust.</p>${form(frame, 'confirm', buttons(refuse('Cancel'), go('Continue')))}`,
  );

export const accountPage = (frame: PageFrame, accounts: readonly TenantUser[], { refusal, typed = '' }: { readonly refusal?: EntraError; readonly typed?: string } = {}): string =>
  page(
    `Sign in to ${frame.app}`,
    frame.organization,
    html`<h1>${accounts.length > 0 ? 'Pick an account' : 'Sign in'}</h1><p class="soft">to continue to ${frame.app}</p>${alert(refusal)}
${accounts.length > 0 && form(frame, 'account', html`${accounts.map(({ id, displayName, userPrincipalName }) => html`<button class="account" name="account" value="${id}"><strong>${displayName}</strong><span class="soft">${userPrincipalName}</span></button>`)}`)}
${form(frame, 'account', html`<label for="username">${accounts.length > 0 ? 'Or use another account' : 'Account'}</label><input id="username" name="username" type="email" inputmode="email" autocomplete="username" placeholder="someone@example.com" value="${typed}" required${accounts.length === 0 && html` autofocus`}${describedBy(refusal)}>${buttons(go('Next'))}`)}`,
  );

export const passwordPage = (frame: PageFrame, { userPrincipalName }: TenantUser, refusal?: EntraError): string =>
  page(
    'Enter password',
    frame.organization,
    html`<p class="soft">${userPrincipalName}</p><h1>Enter password</h1>${alert(refusal)}
${form(frame, 'password', html`<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required autofocus${describedBy(refusal)}>${buttons(go('Sign in'))}`)}${otherAccount(frame)}`,
  );

export const factorPage = (frame: PageFrame, { userPrincipalName }: TenantUser, refusal?: EntraError): string =>
  page(
    'Verify your identity',
    frame.organization,
    html`<p class="soft">${userPrincipalName}</p><h1>Verify your identity</h1><p>Enter the code that your authenticator shows.</p>${alert(refusal)}
${form(frame, 'factor', html`<label for="code">Code</label><input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" required autofocus${describedBy(refusal)}>${buttons(go('Verify'))}`)}${otherAccount(frame)}`,
  );

export const registrationPage = (frame: PageFrame, { userPrincipalName, mfaCode }: TenantUser): string =>
  page(
    'More information required',
    frame.organization,
    html`<p class="soft">${userPrincipalName}</p><h1>More information required</h1><p>Your organization needs a second factor to keep this account secure. The authenticator will show <code>${mfaCode}</code>.</p>
${form(frame, 'register', buttons(go('Set up')))}${otherAccount(frame)}`,
  );

export const consentPage = (frame: PageFrame, { userPrincipalName }: TenantUser, { title, permissions, forAll }: ConsentQuestion): string =>
  page(
    title,
    frame.organization,
    html`<p class="soft">${userPrincipalName}</p><h1>${title}</h1><p><strong>${frame.app}</strong> would like to:</p>
<ul>${permissions.map((permission) => html`<li><strong>${permission.title}</strong><br><span class="soft">${permission.text}</span></li>`)}</ul>
<p class="soft">Accepting means that the app may use your data as described here. You can change this later.</p>
${form(frame, 'consent', html`${forAll && html`<label class="check"><input type="checkbox" name="for_all" value="1"> Consent on behalf of your organization</label>`}${buttons(refuse('Cancel'), go('Accept'))}`)}${otherAccount(frame)}`,
  );

export const approvalPage = (frame: PageFrame, { userPrincipalName }: TenantUser, { permissions }: ConsentQuestion): string =>
  page(
    'Need admin approval',
    frame.organization,
    html`<p class="soft">${userPrincipalName}</p><h1>Need admin approval</h1><p><strong>${frame.app}</strong> needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.</p>
<ul>${permissions.map(({ title }) => html`<li>${title}</li>`)}</ul><p><code>AADSTS90094</code></p>
${form(frame, 'approval', buttons(refuse('Return to the application without granting consent')))}${otherAccount(frame, 'Have an admin account?')}`,
  );

/** What cannot be sent back to an app, or is for the user alone to read. */
export const refusalPage = (organization: string, refusal: EntraError, details: { readonly correlationId: string; readonly timestamp: string }): string =>
  page(
    'Sorry, but we are having trouble signing you in',
    organization,
    html`<h1>Sorry, but we are having trouble signing you in.</h1><p class="error" role="alert">AADSTS${refusal.code}: ${sentenceOf(refusal)}</p><p class="soft">Correlation ID: <code>${details.correlationId}</code><br>Timestamp: <code>${details.timestamp}</code></p>`,
  );

export const messagePage = (organization: string, title: string, text: string): string => page(title, organization, html`<h1>${title}</h1><p>${text}</p>`);

export const deviceCodePage = (organization: string, typed: string, refusal?: EntraError): string =>
  page(
    'Enter code',
    organization,
    html`<h1>Enter code to allow access</h1><p>Once you enter the code displayed on your app or device, it will have access to your account.</p>${alert(refusal)}
<form method="post" action="/devicelogin" autocomplete="off"><label for="user_code">Code</label><input id="user_code" name="user_code" type="text" autocapitalize="characters" value="${typed}" required autofocus${describedBy(refusal)}>${buttons(go('Next'))}</form>`,
  );
