import type { AppRegistration, RedirectUri } from '../../directory/app.ts';
import { findApp } from '../authority.ts';
import { parseClaims } from '../claims-request.ts';
import type { Authority, EntraContext } from '../context.ts';
import { EntraError, errorBody } from '../error.ts';
import { type Form, required } from '../form.ts';
import type { AuthorizationCode, Proof } from '../grant-store.ts';
import { clientInfo } from '../issue.ts';
import { refuseByFault } from '../policy.ts';
import { parseScopes, type ScopeRequest } from '../scopes.ts';
import { type Answer, type ResponseMode, sendBack } from './answer.ts';
import { delegatedConsent } from './delegated-consent.ts';
import type { Prompt, SignInGoal } from './flow.ts';
import { findRedirect } from './redirect-uri.ts';
import type { BrowserSession } from './sessions.ts';
import { advance } from './steps.ts';

const PROMPTS: readonly string[] = ['login', 'none', 'consent', 'select_account'] satisfies Prompt[];
const MODES: readonly string[] = ['query', 'fragment', 'form_post'] satisfies ResponseMode[];

export interface PageRequest {
  readonly context: EntraContext;
  readonly authority: Authority;
  readonly form: Form;
  readonly session: BrowserSession;
  readonly correlationId: string;
}

/** The page where a sign-in begins (FACTS.md A3). Throws what must not be sent to an address nobody registered. */
export async function authorize(request: PageRequest): Promise<Answer> {
  const { context, authority, form } = request;
  const app = findApp(context.directory, authority, form['client_id']);
  const redirect = findRedirect(app, form['redirect_uri']);
  const fail = failer(request, redirect);
  try {
    const goal = readGoal(request, app, redirect, fail);
    refuseByFault(context, 'authorize', app);
    const prompt = readPrompt(form);
    const flow = context.flows.start(goal, { ...(prompt && { prompt }), ...(form['login_hint'] !== undefined && { hint: form['login_hint'] }) });
    try {
      return await advance({ context, flow, session: request.session });
    } catch (error) {
      // Somebody may read a page; a silent request has nobody to read it.
      if (error instanceof EntraError && prompt !== 'none') throw new PageOnly(error);
      throw error;
    }
  } catch (error) {
    if (error instanceof PageOnly) throw error.refusal;
    if (error instanceof EntraError) return fail(error);
    throw error;
  }
}

class PageOnly extends Error {
  readonly refusal: EntraError;
  constructor(refusal: EntraError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const modeOf = (form: Form): ResponseMode => (MODES.includes(form['response_mode'] ?? '') ? (form['response_mode'] as ResponseMode) : 'query');

/** The values that `error` can have on a redirect (FACTS.md A3); a code's own where it is one of them. */
const ON_REDIRECT = ['invalid_request', 'unauthorized_client', 'access_denied', 'unsupported_response_type', 'server_error', 'temporarily_unavailable', 'invalid_resource', 'login_required', 'interaction_required', 'invalid_scope'];

const failer =
  ({ context, authority, form, correlationId }: PageRequest, redirect: RedirectUri) =>
  (refusal: EntraError): Answer => {
    const { error, error_description, error_uri, claims } = errorBody(refusal, { clock: context.clock, base: authority.base, correlationId });
    return sendBack(redirect.uri, modeOf(form), { error: ON_REDIRECT.includes(error) ? error : 'access_denied', error_description, error_uri, claims, state: form['state'] });
  };

function readPrompt(form: Form): Prompt | undefined {
  const prompt = form['prompt'];
  if (prompt === undefined) return undefined;
  if (!PROMPTS.includes(prompt)) throw new EntraError(90023, { values: { reason: `'${prompt}' is not a supported value of 'prompt'.` } });
  return prompt as Prompt;
}

function readGoal(request: PageRequest, app: AppRegistration, redirect: RedirectUri, fail: SignInGoal['fail']): SignInGoal {
  const { context, form } = request;
  const type = required(form, 'response_type');
  if (type !== 'code') throw new EntraError(70005, { values: { type } });
  const mode = form['response_mode'];
  if (mode !== undefined && !MODES.includes(mode)) throw new EntraError(70007, { values: { mode } });
  const scopes = parseScopes(context.directory, required(form, 'scope'));
  const challenge = readChallenge(form, redirect);
  const claims = parseClaims(form['claims']);
  const nonce = form['nonce'];
  return {
    clientId: app.clientId,
    claims,
    consent: (current, user, always) => delegatedConsent(context, scopes, current, user, always),
    complete: (proof) => giveCode(request, { redirect, scopes, claims, proof, ...(challenge && { challenge }), ...(nonce !== undefined && { nonce }) }, app),
    fail,
  };
}

/** RFC 7636 §4.3; without a method, plain is meant (FACTS.md A3). */
function readChallenge(form: Form, { platform }: RedirectUri): AuthorizationCode['challenge'] {
  const value = form['code_challenge'];
  const method = form['code_challenge_method'] ?? 'plain';
  if (value === undefined) {
    if (platform === 'spa') throw new EntraError(9002325);
    return undefined;
  }
  if (method !== 'S256' && method !== 'plain') throw new EntraError(90023, { values: { reason: `'${method}' is not a supported value of 'code_challenge_method'.` } });
  if (value.length < 43 || value.length > 128) throw new EntraError(90023, { values: { reason: "The size of 'code_challenge' is not valid." } });
  return { value, method };
}

type CodeDetails = Pick<AuthorizationCode, 'redirect' | 'claims' | 'proof' | 'challenge' | 'nonce'> & { readonly scopes: ScopeRequest; readonly proof: Proof };

function giveCode({ context, authority, form, session }: PageRequest, details: CodeDetails, { clientId }: AppRegistration): Answer {
  const code = context.grants.codes.add({ ...details, clientId, authority, issuedAt: context.clock.now(), redeemed: false });
  const user = context.directory.user(details.proof.userId);
  return sendBack(details.redirect.uri, modeOf(form), {
    code,
    client_info: form['client_info'] === '1' && user ? clientInfo(context, user) : undefined,
    state: form['state'],
    session_state: session.id.slice(0, 16),
  });
}
