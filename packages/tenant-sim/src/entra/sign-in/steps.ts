import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import type { EntraContext } from '../context.ts';
import { EntraError } from '../error.ts';
import type { Form } from '../form.ts';
import { activeUser, missingFactor, refuseByFault } from '../policy.ts';
import type { Answer } from './answer.ts';
import type { SignInFlow } from './flow.ts';
import { accountPage, approvalPage, confirmPage, consentPage, factorPage, type PageFrame, passwordPage, registrationPage } from './pages.ts';
import { checkPassword, findAccount } from './password.ts';
import type { BrowserSession } from './sessions.ts';

/** One browser on its way through the sign-in page. */
export interface Visit {
  readonly context: EntraContext;
  readonly flow: SignInFlow;
  readonly session: BrowserSession;
}

const show = (html: string): Answer => ({ kind: 'page', html });

const appOf = ({ context, flow }: Visit): AppRegistration => {
  const app = context.directory.app(flow.goal.clientId);
  if (!app) throw new EntraError(700016, { values: { client: flow.goal.clientId, tenant: context.directory.tenant.displayName } });
  return app;
};

const frameOf = (visit: Visit): PageFrame => ({ organization: visit.context.directory.tenant.displayName, app: appOf(visit).displayName, flow: visit.flow.id });

const signedIn = ({ context, session }: Visit): readonly TenantUser[] => session.proofs().flatMap(({ userId }) => context.directory.user(userId) ?? []);

/** The next page, or the way back to the app. Throws EntraError for what a page has to say by itself. */
export async function advance(visit: Visit): Promise<Answer> {
  const { flow, context } = visit;
  if (!flow.confirmed) return show(confirmPage(frameOf(visit)));
  if (flow.userId === undefined) beginWithSession(visit);
  if (flow.userId === undefined) return askForAccount(visit);
  const user = activeUser(context, flow.userId);
  if (!flow.proof) return flow.prompt === 'none' ? abandon(visit, new EntraError(50058)) : show(passwordPage(frameOf(visit), user));
  const app = appOf(visit);
  refuseByFault(context, 'authorize', app, user);
  const factor = missingFactor(context, { app, user, proof: flow.proof, claims: flow.goal.claims });
  if (factor) return flow.prompt === 'none' ? abandon(visit, factor) : show((factor.code === 50079 ? registrationPage : factorPage)(frameOf(visit), user));
  return askForConsent(visit, app, user) ?? (await finish(visit, user));
}

/** Single sign-on: an account of this browser, when it is clear which is meant. */
function beginWithSession({ context, flow, session }: Visit): void {
  if (flow.prompt === 'login' || flow.prompt === 'select_account') return;
  const proofs = session.proofs();
  const hinted = flow.hint === undefined ? undefined : context.directory.user(flow.hint)?.id;
  const found = flow.hint === undefined ? (proofs.length === 1 ? proofs[0] : undefined) : proofs.find(({ userId }) => userId === hinted);
  if (found) Object.assign(flow, { userId: found.userId, proof: found });
}

function askForAccount(visit: Visit): Answer {
  const { context, flow, session } = visit;
  if (flow.prompt === 'none') return abandon(visit, session.spoiled() ?? new EntraError(50058));
  const accounts = flow.prompt === 'login' ? [] : signedIn(visit);
  if (flow.hint === undefined || flow.prompt === 'select_account') return show(accountPage(frameOf(visit), accounts));
  try {
    const user = findAccount(context, appOf(visit), flow.hint);
    flow.userId = user.id;
    return show(passwordPage(frameOf(visit), user));
  } catch (error) {
    return show(accountPage(frameOf(visit), accounts, { typed: flow.hint, refusal: asRefusal(error) }));
  }
}

function askForConsent(visit: Visit, app: AppRegistration, user: TenantUser): Answer | undefined {
  const { flow } = visit;
  if (flow.consented) return undefined;
  const question = flow.goal.consent(app, user, flow.prompt === 'consent');
  if (!question) return undefined;
  const values = { client: app.clientId, name: app.displayName, tenant: visit.context.directory.tenant.displayName };
  if (flow.prompt === 'none') return abandon(visit, new EntraError(question.allowed ? 65001 : 90094, { values, error: 'interaction_required' }));
  return show((question.allowed ? consentPage : approvalPage)(frameOf(visit), user, question));
}

async function finish({ context, flow, session }: Visit, user: TenantUser): Promise<Answer> {
  context.flows.end(flow);
  session.keep(flow.proof!);
  return await flow.goal.complete(flow.proof!, user);
}

function abandon({ context, flow }: Visit, refusal: EntraError): Answer {
  context.flows.end(flow);
  return flow.goal.fail(refusal);
}

type Step = (visit: Visit, form: Form) => Answer | undefined;

/** What each page does with what was entered; undefined: go on. */
const STEPS: Readonly<Record<string, Step>> = {
  confirm(visit, form) {
    if (form['action'] === 'cancel') return abandon(visit, new EntraError(65004));
    visit.flow.confirmed = true;
    return undefined;
  },
  account(visit, form) {
    const { context, flow, session } = visit;
    if (form['account'] !== undefined) {
      const proof = flow.prompt === 'login' ? undefined : session.proofs().find(({ userId }) => userId === form['account']);
      Object.assign(flow, { userId: form['account'], proof });
      return undefined;
    }
    try {
      flow.userId = findAccount(context, appOf(visit), form['username'] ?? '').id;
      return undefined;
    } catch (error) {
      return show(accountPage(frameOf(visit), signedIn(visit), { typed: form['username'] ?? '', refusal: asRefusal(error) }));
    }
  },
  password(visit, form) {
    const { context, flow, session } = visit;
    const user = activeUser(context, flow.userId ?? '');
    try {
      checkPassword(context, appOf(visit), user.userPrincipalName, form['password'] ?? '');
    } catch (error) {
      return show(passwordPage(frameOf(visit), user, asRefusal(error)));
    }
    flow.proof = { userId: user.id, amr: ['pwd'], at: context.clock.now() };
    session.keep(flow.proof);
    return undefined;
  },
  factor(visit, form) {
    const user = activeUser(visit.context, visit.flow.userId ?? '');
    if (form['code'] !== user.mfaCode) return show(factorPage(frameOf(visit), user, new EntraError(500121)));
    strengthen(visit);
    return undefined;
  },
  register(visit) {
    const user = activeUser(visit.context, visit.flow.userId ?? '');
    visit.context.directory.updateUser(user.id, { mfa: 'required' });
    strengthen(visit);
    return undefined;
  },
  consent(visit, form) {
    const { context, flow } = visit;
    const app = appOf(visit);
    if (form['action'] === 'cancel') return abandon(visit, new EntraError(65004));
    const user = activeUser(context, flow.proof?.userId ?? '');
    const question = flow.goal.consent(app, user, flow.prompt === 'consent');
    // Asked again, so that a form somebody made up grants nothing.
    if (question?.allowed) question.accept(question.forAll && form['for_all'] === '1');
    flow.consented = question?.allowed ?? false;
    return undefined;
  },
  approval(visit) {
    const { tenant } = visit.context.directory;
    return abandon(visit, new EntraError(90094, { values: { name: appOf(visit).displayName, tenant: tenant.displayName }, error: 'access_denied' }));
  },
};

/** Carries out what a page was answered with, and goes on. */
export async function submit(visit: Visit, form: Form): Promise<Answer> {
  const { flow } = visit;
  if (form['action'] === 'other') {
    Object.assign(flow, { userId: undefined, proof: undefined, consented: false });
    return show(accountPage(frameOf(visit), signedIn(visit)));
  }
  const step = STEPS[form['step'] ?? ''];
  if (!step || flow.prompt === 'none') throw new EntraError(9002313, { error: 'invalid_request' });
  return step(visit, form) ?? (await advance(visit));
}

/** A second factor needs a first one. */
function strengthen({ flow, session, context }: Visit): void {
  if (!flow.proof) throw new EntraError(50089);
  flow.proof = { ...flow.proof, amr: ['pwd', 'mfa'], at: context.clock.now() };
  session.keep(flow.proof);
}

function asRefusal(error: unknown): EntraError {
  if (error instanceof EntraError) return error;
  throw error;
}
