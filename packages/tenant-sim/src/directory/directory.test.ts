import { describe, expect, it } from 'vitest';
import { createDirectory } from './directory.ts';

describe('the directory', () => {
  it('finds a user by id, principal name and every address, whatever the case', () => {
    const directory = createDirectory({ domain: 'contoso.test' });
    const sales = directory.addUser({ userPrincipalName: 'sales@contoso.test', addresses: ['sales@contoso.test', 'verkauf@contoso.test'] });
    for (const key of [sales.id, 'SALES@contoso.test', 'Verkauf@Contoso.test']) expect(directory.user(key)).toBe(sales);
    expect(directory.users()).toEqual([sales]);
  });

  it('refuses an address that is taken, also in a change, and keeps what was there', () => {
    const directory = createDirectory();
    const sales = directory.addUser({ userPrincipalName: 'sales@contoso.test' });
    directory.addUser({ userPrincipalName: 'support@contoso.test' });
    expect(() => directory.addUser({ userPrincipalName: 'Sales@contoso.test' })).toThrow(/already/);
    expect(() => directory.updateUser('sales@contoso.test', { addresses: ['support@contoso.test'] })).toThrow(/already/);
    expect(directory.user('sales@contoso.test')).toBe(sales);
  });

  it('shows a change at once', () => {
    const directory = createDirectory();
    directory.addUser({ userPrincipalName: 'sales@contoso.test' });
    directory.updateUser('sales@contoso.test', { enabled: false });
    directory.updateTenant({ smtpAuthDisabled: true });
    expect(directory.user('sales@contoso.test')?.enabled).toBe(false);
    expect(directory.tenant.smtpAuthDisabled).toBe(true);
    directory.removeUser('sales@contoso.test');
    expect(directory.user('sales@contoso.test')).toBeUndefined();
  });

  it('finds an app by its client id and by its service principal', () => {
    const directory = createDirectory();
    const app = directory.addApp({ displayName: 'Adapter' });
    expect([directory.app(app.clientId), directory.app(app.servicePrincipalId)]).toEqual([app, app]);
    expect(directory.updateApp(app.clientId, { enabled: false })).toMatchObject({ clientId: app.clientId, enabled: false });
    expect(directory.apps()).toHaveLength(1);
  });
});
