import { AADSTS } from '../aadsts.ts';
import type { EntraContext } from '../context.ts';
import { EntraError } from '../error.ts';
import { adminConsent } from '../sign-in/admin-consent.ts';
import type { Answer } from '../sign-in/answer.ts';
import { authorize } from '../sign-in/authorize.ts';
import { enterDeviceCode } from '../sign-in/device.ts';
import { logOut } from '../sign-in/logout.ts';
import { messagePage } from '../sign-in/pages.ts';
import { type BrowserSession, SESSION_COOKIE } from '../sign-in/sessions.ts';
import { submit } from '../sign-in/steps.ts';
import type { RefuseAfter } from './faults.ts';
import { type Asked, authorityOf, correlationOf, type EntraServer, formOf, sendPage } from './server.ts';

type Handle = (asked: Asked, session: BrowserSession) => Answer | Promise<Answer>;

/** What people see. */
export function addPageRoutes(server: EntraServer, context: EntraContext, refuseAfter: RefuseAfter): void {
  const add = (method: 'GET' | 'POST', url: string, handle: Handle): void => {
    server.route({
      method,
      url,
      config: { isPage: true },
      async handler(asked, reply) {
        const session = context.sessions.of(asked.headers.cookie);
        const answer = await handle(asked, session);
        refuseAfter(asked);
        void reply.header('set-cookie', `${SESSION_COOKIE}=${session.id}; Path=/; HttpOnly; Secure; SameSite=None`);
        if (answer.kind === 'redirect') return reply.redirect(answer.location, 302);
        void reply.status(answer.status ?? 200);
        return sendPage(reply, answer.html);
      },
    });
  };
  const pageRequest = (asked: Asked, session: BrowserSession) => ({ context, form: formOf(asked), session, correlationId: correlationOf(asked) });

  for (const version of ['/v2.0', '']) {
    for (const method of ['GET', 'POST'] as const) {
      add(method, `/:tenant/oauth2${version}/authorize`, (asked, session) => authorize({ ...pageRequest(asked, session), authority: authorityOf(context, asked) }));
    }
    add('GET', `/:tenant/oauth2${version}/logout`, (asked, session) => logOut(context, formOf(asked), session));
  }
  add('GET', '/:tenant/adminconsent', (asked, session) => adminConsent({ ...pageRequest(asked, session), authority: authorityOf(context, asked) }, 1));
  add('GET', '/:tenant/v2.0/adminconsent', (asked, session) => adminConsent({ ...pageRequest(asked, session), authority: authorityOf(context, asked) }, 2));
  add('GET', '/devicelogin', (asked, session) => enterDeviceCode(pageRequest(asked, session)));
  add('POST', '/devicelogin', (asked, session) => enterDeviceCode(pageRequest(asked, session)));
  add('POST', '/login', async (asked, session) => {
    const form = formOf(asked);
    const flow = context.flows.find(form['flow'] ?? '');
    if (!flow) throw new EntraError(50089);
    return await submit({ context, flow, session }, form);
  });
  add('GET', '/common/oauth2/nativeclient', () => message(context, 'You may close this window', 'The application that sent you here goes on by itself.'));
  add('GET', '/error', (asked) => {
    const code = formOf(asked)['code'] ?? '';
    return message(context, `Error ${code}`, AADSTS[Number(code)]?.text ?? 'This tenant knows nothing of it.');
  });
}

const message = ({ directory }: EntraContext, title: string, text: string): Answer => ({ kind: 'page', html: messagePage(directory.tenant.displayName, title, text) });
