import { openBrowser, startTenant, type Tenant } from '@signalbox/tenant-sim';

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
export const SALES = { id: 'sales', address: 'sales@contoso.test' } as const;
export const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';

/** What the section `entra` of a configuration says of the tenant. */
export const entraSection = (tenant: Tenant) => ({ authority: `https://localhost:${tenant.doors.entra?.port}`, tenant: 'contoso.test', clientId: CLIENT_ID }) as const;

export const startEntra = (): Promise<Tenant> => startTenant({ doors: ['entra'] });

/** Enters name and password on the sign-in pages; answers where the browser is sent in the end. */
export async function signInOnPage(tenant: Tenant, url: string, address: string): Promise<string> {
  const browser = await openBrowser(tenant).open(url);
  await browser.submit({ username: address });
  await browser.submit({ password: `${address.split('@')[0]}-password` });
  return browser.location;
}

/** The same with a code that was shown on another device. */
export async function enterCode(tenant: Tenant, url: string, code: string, address: string): Promise<void> {
  const browser = await openBrowser(tenant).open(url);
  await browser.submit({ user_code: code });
  await browser.submit({ action: 'next', step: 'confirm' });
  await browser.submit({ username: address });
  await browser.submit({ password: `${address.split('@')[0]}-password` });
}
