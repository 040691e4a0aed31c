import { z } from 'zod';
import { filledText, name, secretText } from './fields.ts';

const certificate = z.strictObject({
  certificate: filledText.meta({ description: 'PEM, or the path of a file that holds it.' }),
  privateKey: secretText,
  passphrase: secretText.optional(),
});

const tenant = z.strictObject({
  tenant: filledText.meta({ description: 'The email domain, or the tenant id.', examples: ['contoso.onmicrosoft.com'] }),
  clientId: filledText.meta({ description: 'The application id.' }),
  clientSecret: secretText.optional(),
  secondClientSecret: secretText.optional(),
  certificate: certificate.optional(),
  secondCertificate: certificate.optional(),
  federated: z.strictObject({ tokenFile: filledText }).optional(),
  managedIdentity: z.strictObject({ clientId: filledText.optional() }).optional(),
  cloud: z.enum(['global', 'us-government', 'us-dod', 'china']).optional(),
});

const TENANT_KEYS = new Set(Object.keys(tenant.shape));

/** One tenant, or several by name: several when every value is a map and no key is a tenant's own. */
export const isTenantMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
  && Object.keys(value).length > 0
  && Object.entries(value).every(([key, entry]) => !TENANT_KEYS.has(key) && typeof entry === 'object' && entry !== null && !Array.isArray(entry));

export const entra = z.union([tenant, z.record(name, tenant)]).meta({ description: 'One Entra tenant, or several by name.' });

export type FileTenant = z.output<typeof tenant>;
