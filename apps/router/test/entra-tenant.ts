import { openBrowser, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { Agent, fetch as undiciFetch } from 'undici';

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

/** A fetch that trusts this authority, as the host makes one. */
export const trustingFetch = (ca: string | readonly string[]): typeof globalThis.fetch => {
  const dispatcher = new Agent({ connect: { ca: [ca].flat(), servername: 'localhost' } });
  return ((url: string, init: Parameters<typeof undiciFetch>[1] = {}) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
};
