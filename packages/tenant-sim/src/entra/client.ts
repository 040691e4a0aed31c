import { timingSafeEqual } from 'node:crypto';
import type { AppRegistration } from '../directory/app.ts';
import { ASSERTION_TYPE, verifyAssertion } from './assertion.ts';
import { findApp } from './authority.ts';
import type { Authority, EntraContext } from './context.ts';
import { EntraError } from './error.ts';
import type { Form } from './form.ts';

/** An app that asked for a token, and what it showed to be itself. */
export interface Client {
  readonly app: AppRegistration;
  readonly credential: 'none' | 'secret' | 'certificate';
}

/** Finds out who asks, and checks the credential if one is shown; whether one is needed, the grant knows. */
export async function identifyClient(context: EntraContext, authority: Authority, form: Form): Promise<Client> {
  const app = findApp(context.directory, authority, form['client_id']);
  if (form['client_assertion'] !== undefined) {
    if (form['client_assertion_type'] !== ASSERTION_TYPE) throw new EntraError(900144, { values: { name: 'client_assertion_type' } });
    await verifyAssertion(context, authority, app, form['client_assertion']);
    return { app, credential: 'certificate' };
  }
  if (form['client_secret'] === undefined) return { app, credential: 'none' };
  checkSecret(context, app, form['client_secret']);
  return { app, credential: 'secret' };
}

/** The grants by which an app speaks for itself or holds its users' tokens in a safe place. Throws AADSTS7000218. */
export function needsCredential({ app, credential }: Client): void {
  if (credential === 'none') throw new EntraError(7000218, { values: { client: app.clientId } });
}

/** Throws AADSTS700025. */
export function forbidsCredential({ app, credential }: Client): void {
  if (credential !== 'none') throw new EntraError(700025, { values: { client: app.clientId } });
}

function checkSecret({ clock, faults }: EntraContext, app: AppRegistration, shown: string): void {
  const values = { client: app.clientId };
  if (app.publicClient && app.secrets.length + app.certificates.length + app.federated.length === 0) throw new EntraError(700025, { values });
  const secret = app.secrets.find(({ value }) => isSame(value, shown));
  if (!secret) throw new EntraError(7000215, { values });
  if (secret.expiresAt <= clock.now() || faults.take('entra.secret-expired', { app: app.clientId })) throw new EntraError(7000222, { values });
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
