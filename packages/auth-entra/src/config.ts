import { type Secret, secret } from '@signalbox/core';
import { z } from 'zod';
import { CLOUDS, type CloudName } from './clouds.ts';

const isSecret = (value: unknown): value is Secret => typeof value === 'object' && value !== null && 'reveal' in value;
const filled = z.string().regex(/\S/, 'is empty');
const secretText = z.union([z.custom<Secret>(isSecret), filled.transform((text) => secret(text))]);

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const https = z.url({ protocol: /^https$/, error: 'an https address is needed' });
/** A day stands for its beginning in UTC. */
const instant = z.union([z.date(), z.iso.date(), z.iso.datetime({ offset: true })]).transform((value) => new Date(value));

const certificate = z
  .strictObject({
    /** PEM. */
    certificate: filled.optional(),
    /** PEM, encrypted or not. */
    privateKey: secretText.optional(),
    /** PKCS #12 (RFC 7292): certificate and key in one. */
    pfxFile: filled.optional(),
    passphrase: secretText.optional(),
  })
  .refine(({ certificate: pem, privateKey, pfxFile }) => (pfxFile === undefined ? pem !== undefined && privateKey !== undefined : pem === undefined && privateKey === undefined), {
    message: 'either certificate and privateKey are needed, or pfxFile alone',
  });

/** What an assertion of another identity provider is made for. */
export interface AssertionRequest {
  readonly clientId: string;
  /** The audience that Entra expects is configured with the federated credential, and is seldom this. */
  readonly authority: string;
  readonly signal?: AbortSignal;
}

const isFunction = (value: unknown): value is (request: AssertionRequest) => Promise<string> => typeof value === 'function';

const federated = z
  .strictObject({
    /** Read anew for every request. */
    tokenFile: filled.optional(),
    /** For programs that embed the plugin. */
    assertion: z.custom<(request: AssertionRequest) => Promise<string>>(isFunction).optional(),
  })
  .refine(({ tokenFile, assertion }) => (tokenFile === undefined) !== (assertion === undefined), { message: 'exactly one of tokenFile and assertion is needed' });

const CREDENTIALS = ['clientSecret', 'certificate', 'federated', 'managedIdentity'] as const;
/** Names of no organisation: where an application acts as itself, it has to be known which (FACTS.md A1). */
const ALIASES: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);
export const isAlias = (tenant: string): boolean => ALIASES.has(tenant.toLowerCase());

export const configSchema = z
  .strictObject({
    grant: z.enum(['client-credentials', 'delegated', 'assertion']).default('client-credentials'),
    /** The email domain, or the tenant id. */
    tenant: filled,
    clientId: filled,
    cloud: z.enum(Object.keys(CLOUDS) as [CloudName, ...CloudName[]]).default('global'),
    /** Entra under another address, without the tenant: a simulated one, or a cloud that has no name here. */
    authority: https.optional(),
    clientSecret: secretText.optional(),
    secondClientSecret: secretText.optional(),
    /** Entra tells nobody when a secret ends: whoever made it knows. */
    secretExpiresAt: instant.optional(),
    secondSecretExpiresAt: instant.optional(),
    certificate: certificate.optional(),
    secondCertificate: certificate.optional(),
    federated: federated.optional(),
    managedIdentity: z.strictObject({ clientId: filled.optional() }).optional(),
    /** The mailbox to open; its address when absent. */
    username: filled.optional(),
    /** Who signs in, by user principal name or object id; `username` when absent. Another one for a shared mailbox. */
    account: filled.optional(),
    /** What a person is asked to consent to. */
    scopes: z.array(filled).min(1).default(['https://outlook.office.com/IMAP.AccessAsUser.All', 'https://outlook.office.com/SMTP.Send']),
    /** The organisation's own rule: people sign in again so often. */
    renewal: z.strictObject({ every: z.literal('quarter'), timeZone: z.string().refine(isTimeZone, 'is no IANA time zone').default('UTC') }).optional(),
    /** Access is given by RBAC for Applications, so that a grant in Entra beside it is a mistake (FACTS.md D3). */
    expectRbac: z.boolean().default(false),
    /** For `assertion`: the caller's access token for this application, or the file that always holds a fresh one. */
    token: secretText.optional(),
    tokenFile: filled.optional(),
  })
  .superRefine((config, context) => {
    const problem = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    const given = CREDENTIALS.filter((name) => config[name] !== undefined);
    if (given.length > 1) problem(given[1] ?? 'certificate', `one kind of credential is needed, and there are ${given.join(' and ')}`);
    if (config.secondClientSecret && !config.clientSecret) problem('secondClientSecret', 'there is no first one');
    if (config.secondCertificate && !config.certificate) problem('secondCertificate', 'there is no first one');
    if (config.grant !== 'delegated') {
      if (given.length === 0) problem('clientSecret', `the application needs a credential: one of ${CREDENTIALS.join(', ')}`);
      if (isAlias(config.tenant)) problem('tenant', `"${config.tenant}" names no organisation; the domain or the id of one is needed`);
    }
    if (config.grant !== 'client-credentials' && config.managedIdentity) problem('managedIdentity', 'a managed identity cannot act for a person');
    if (config.grant === 'assertion' && (config.token === undefined) === (config.tokenFile === undefined)) problem('tokenFile', 'exactly one of token and tokenFile is needed');
  });

export type EntraConfig = z.output<typeof configSchema>;
export type CertificateConfig = z.output<typeof certificate>;
export type Grant = EntraConfig['grant'];
