import { describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';

const base = { tenant: 'contoso.com', clientId: 'app', clientSecret: 's3cret' };
const problemsOf = (config: object): readonly string[] => (configSchema.safeParse({ ...base, ...config }).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the configuration', () => {
  it('needs no more than tenant, application and a credential', () => {
    const config = configSchema.parse(base);
    expect(config).toMatchObject({ grant: 'client-credentials', cloud: 'global', expectRbac: false });
    expect(config.clientSecret?.reveal()).toBe('s3cret');
    expect(JSON.stringify(config)).not.toContain('s3cret');
  });

  it.each(['common', 'organizations', 'Consumers'])('refuses "%s" as the tenant of an application that acts as itself', (tenant) => {
    expect(problemsOf({ tenant })).toEqual([`tenant: "${tenant}" names no organisation; the domain or the id of one is needed`]);
    expect(problemsOf({ tenant, grant: 'delegated' })).toEqual([]);
  });

  it('needs a credential unless a person signs in', () => {
    expect(problemsOf({ clientSecret: undefined })).toEqual(['clientSecret: the application needs a credential: one of clientSecret, certificate, federated, managedIdentity']);
    expect(problemsOf({ clientSecret: undefined, grant: 'delegated' })).toEqual([]);
  });

  it('takes one kind of credential, and a second one only beside a first', () => {
    expect(problemsOf({ federated: { tokenFile: '/t' } })).toEqual(['federated: one kind of credential is needed, and there are clientSecret and federated']);
    expect(problemsOf({ clientSecret: undefined, federated: { tokenFile: '/t' }, secondClientSecret: 'x' })).toEqual(['secondClientSecret: there is no first one']);
    expect(problemsOf({ clientSecret: undefined, certificate: { certificate: 'pem' } })).toEqual(['certificate: either certificate and privateKey are needed, or pfxFile alone']);
  });

  it('knows no machine that acts for a person', () => {
    expect(problemsOf({ clientSecret: undefined, managedIdentity: {}, grant: 'delegated' })).toEqual(['managedIdentity: a managed identity cannot act for a person']);
  });

  it('needs the token of the user that it exchanges', () => {
    expect(problemsOf({ grant: 'assertion' })).toEqual(['tokenFile: exactly one of token and tokenFile is needed']);
    expect(problemsOf({ grant: 'assertion', tokenFile: '/t' })).toEqual([]);
  });

  it('refuses an authority without TLS, and a time zone that nobody keeps', () => {
    expect(problemsOf({ authority: 'http://localhost:1' })).toEqual(['authority: an https address is needed']);
    expect(problemsOf({ renewal: { every: 'quarter', timeZone: 'Mars/Olympus' } })).toEqual(['renewal.timeZone: is no IANA time zone']);
  });

  it('reads a day as its beginning', () => {
    expect(configSchema.parse({ ...base, secretExpiresAt: '2027-03-01' }).secretExpiresAt).toEqual(new Date('2027-03-01T00:00:00Z'));
  });
});
