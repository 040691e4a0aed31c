import { z } from 'zod';
import { filledText, httpsAddress, isoDate, name, secretText, timeZone } from './fields.ts';

const certificate = z.union([
  z.strictObject({
    certificate: filledText.meta({ description: 'PEM, or the path of a file that holds it.' }),
    privateKey: secretText,
    passphrase: secretText.optional(),
  }),
  z.strictObject({
    pfxFile: filledText.meta({ description: 'A PKCS #12 file (.pfx, .p12) with certificate and key.' }),
    passphrase: secretText.optional(),
  }),
]);

const expiry = isoDate.meta({ description: 'When the secret ends, as Entra showed it when it was made: nobody else tells.', examples: ['2028-11-24'] });

const tenant = z.strictObject({
  tenant: filledText.meta({ description: 'The email domain, or the tenant id.', examples: ['contoso.onmicrosoft.com'] }),
  clientId: filledText.meta({ description: 'The application id.' }),
  clientSecret: secretText.optional(),
  secretExpiresAt: expiry.optional(),
  secondClientSecret: secretText.optional(),
  secondSecretExpiresAt: expiry.optional(),
  certificate: certificate.optional(),
  secondCertificate: certificate.optional(),
  federated: z.strictObject({ tokenFile: filledText }).optional(),
  managedIdentity: z.strictObject({ clientId: filledText.optional() }).optional(),
  cloud: z.enum(['global', 'us-government', 'us-dod', 'china']).optional(),
  authority: httpsAddress.optional().meta({ description: 'Entra at another address, without the tenant: a simulated one, or a cloud without a name here.' }),
  scopes: z.array(filledText).min(1).optional().meta({ description: 'What a person who signs in is asked to consent to.' }),
  renewal: z
    .strictObject({ every: z.literal('quarter'), timeZone: timeZone.optional() })
    .optional()
    .meta({ description: 'People have to sign in again so often, by the rules of the organisation; counted in calendar days of the time zone.' }),
  expectRbac: z.boolean().optional().meta({ description: 'Access is limited by RBAC for Applications in Exchange: a grant in Entra beside it is a mistake.' }),
});

const TENANT_KEYS = new Set(Object.keys(tenant.shape));

/** One tenant, or several by name: several when every value is a map and no key is a tenant's own. */
export const isTenantMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
  && Object.keys(value).length > 0
  && Object.entries(value).every(([key, entry]) => !TENANT_KEYS.has(key) && typeof entry === 'object' && entry !== null && !Array.isArray(entry));

export const entra = z.union([tenant, z.record(name, tenant)]).meta({ description: 'One Entra tenant, or several by name.' });

export type FileTenant = z.output<typeof tenant>;
