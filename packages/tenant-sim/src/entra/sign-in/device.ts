import { randomInt } from 'node:crypto';
import { findApp } from '../authority.ts';
import { parseClaims } from '../claims-request.ts';
import type { Authority, EntraContext } from '../context.ts';
import { EntraError } from '../error.ts';
import { type Form, required } from '../form.ts';
import { DEVICE_CODE_LIFETIME, type DeviceCode } from '../grant-store.ts';
import { refuseByFault } from '../policy.ts';
import { parseScopes } from '../scopes.ts';
import type { Answer } from './answer.ts';
import type { PageRequest } from './authorize.ts';
import { delegatedConsent } from './delegated-consent.ts';
import { deviceCodePage, messagePage } from './pages.ts';
import { advance } from './steps.ts';

export interface DeviceAuthorization {
  readonly user_code: string;
  readonly device_code: string;
  readonly verification_uri: string;
  readonly expires_in: number;
  readonly interval: number;
  readonly message: string;
}

/** Without letters and digits that look alike. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const USER_CODE_LENGTH = 9;
/** Seconds between polls. */
const INTERVAL = 5;

/** What a device shows its user (FACTS.md A5). */
export function startDeviceCode(context: EntraContext, authority: Authority, form: Form): DeviceAuthorization {
  const app = findApp(context.directory, authority, form['client_id']);
  refuseByFault(context, 'devicecode', app);
  const scopes = parseScopes(context.directory, required(form, 'scope'));
  const userCode = Array.from({ length: USER_CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const deviceCode = context.grants.deviceCodes.add({ clientId: app.clientId, userCode, authority, scopes, issuedAt: context.clock.now(), answer: { kind: 'pending' } });
  const address = `${authority.base}/devicelogin`;
  return {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: address,
    expires_in: DEVICE_CODE_LIFETIME / 1_000,
    interval: INTERVAL,
    message: `To sign in, use a web browser to open the page ${address} and enter the code ${userCode} to authenticate.`,
  };
}

/** The page where the code is entered; then the sign-in goes on as any other. */
export async function enterDeviceCode({ context, form, session }: Omit<PageRequest, 'authority'>): Promise<Answer> {
  const organization = context.directory.tenant.displayName;
  const typed = (form['user_code'] ?? '').trim().toUpperCase();
  if (typed === '') return { kind: 'page', html: deviceCodePage(organization, '') };
  const code = [...context.grants.deviceCodes.values()].find(({ userCode, answer }) => userCode === typed && answer.kind === 'pending');
  const refusal = code ? (isExpired(context, code) ? new EntraError(70019) : undefined) : new EntraError(70018);
  if (!code || refusal) return { kind: 'page', html: deviceCodePage(organization, typed, refusal) };
  const flow = context.flows.start(
    {
      clientId: code.clientId,
      claims: parseClaims(undefined),
      confirm: true,
      consent: (app, user, always) => delegatedConsent(context, code.scopes, app, user, always),
      complete(proof) {
        code.answer = { kind: 'approved', proof };
        return { kind: 'page', html: messagePage(organization, 'You have signed in', 'You may now close this window and go back to your device.') };
      },
      fail() {
        code.answer = { kind: 'declined' };
        return { kind: 'page', html: messagePage(organization, 'You have not signed in', 'The sign-in on your device was declined. You may close this window.') };
      },
    },
    { prompt: 'select_account' },
  );
  return await advance({ context, flow, session });
}

const isExpired = ({ clock }: EntraContext, { issuedAt }: DeviceCode): boolean => issuedAt.getTime() + DEVICE_CODE_LIFETIME <= clock.now().getTime();
