import { type Faults, openTestHost, type World } from '@signalbox/conformance';
import { randomUUID } from 'node:crypto';
import { imapFaultsOf, openSecondDoor, smtpFaultsOf, type Tenant } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { type EntraGrant, type EntraTenant, openEntraTenant } from './entra-tenant.ts';
import { ONE_BY_ONE, restless, type Restlessness } from './restless.ts';

const DOMAIN = 'contoso.test';
const RECIPIENTS = [`ada@${DOMAIN}`, `ben@${DOMAIN}`] as const;
const MAX_BYTES = 5_000_000;

/** One tenant for all worlds, a mailbox for each. */
export const openContoso = (): Promise<EntraTenant> => openEntraTenant({ domain: DOMAIN, users: RECIPIENTS.map((userPrincipalName) => ({ userPrincipalName })), messageBytes: MAX_BYTES });

let worlds = 0;

export interface EntraWorldOptions {
  readonly grant: EntraGrant;
  /** Tokens are withdrawn at the server all the time. */
  readonly withdrawing: boolean;
}

/** The IMAP transport on the simulated tenant, with tokens that auth-entra got there. */
export async function imapWithEntra(entra: EntraTenant, options: EntraWorldOptions): Promise<World> {
  const { tenant } = entra;
  const { address, source } = await openMailbox(entra, options, { ...ONE_BY_ONE, inSessions: true });
  const mailbox = tenant.store.mailbox(address)!;
  const config = { host: 'localhost', port: tenant.doors.imap!.port, tls: 'implicit', pollIntervalMs: 100, folders: { archive: 'Archive' } };
  const host = await openTestHost({ plugin: imap, mailbox: { id: 'case', address }, config, source, network: { ca: [tenant.certificates.ca] } });
  const { submitted: _, ...door } = openSecondDoor(tenant, mailbox);
  return {
    ...host.world,
    transport: await host.open(),
    recipients: RECIPIENTS,
    sharesProcess: true,
    door,
    faults: { ...host.faults, ...imapFaultsOf(tenant, mailbox), ...credentialFaults(entra, () => tenant.faults.set('imap.refuse', { commands: '^AUTHENTICATE', answer: 'NO AUTHENTICATE failed.' })) },
    [Symbol.asyncDispose]: () => close(tenant, address, host, source),
  };
}

/** The SMTP transport on the simulated tenant, with tokens that auth-entra got there. */
export async function smtpWithEntra(entra: EntraTenant, options: EntraWorldOptions): Promise<World> {
  const { tenant } = entra;
  const { address, source } = await openMailbox(entra, options, ONE_BY_ONE);
  const config = { host: 'localhost', port: tenant.doors.smtp!.port, tls: 'starttls', sentCopy: 'automatic' };
  const host = await openTestHost({ plugin: smtp, mailbox: { id: 'case', address }, config, source, network: { ca: [tenant.certificates.ca] } });
  const { submitted, stored } = openSecondDoor(tenant, tenant.store.mailbox(address)!);
  return {
    ...host.world,
    transport: await host.open(),
    recipients: RECIPIENTS,
    sharesProcess: true,
    door: { submitted, stored },
    faults: {
      ...host.faults,
      ...smtpFaultsOf(tenant, address),
      ...credentialFaults(entra, () => tenant.faults.set('smtp.refuse', { step: 'login', reply: '535 5.7.3 Authentication unsuccessful' })),
      refusedRecipient: `nobody@${DOMAIN}`,
      foreignSender: RECIPIENTS[0],
      tooLarge: MAX_BYTES,
    },
    [Symbol.asyncDispose]: () => close(tenant, address, host, source),
  };
}

/** The Graph transport on the simulated tenant, with tokens that auth-entra got there. Refusing them is no switch of that door. */
export async function graphWithEntra(entra: EntraTenant, options: EntraWorldOptions): Promise<World> {
  const { tenant, fetch } = entra;
  const { address, source } = await openMailbox(entra, options, { every: 25, quietMs: 100, inSessions: false });
  const config = { baseUrl: tenant.doors.graph!.baseUrl, pollIntervalMs: 100, throttlePatienceMs: 300 };
  const host = await openTestHost({ plugin: graph, mailbox: { id: 'case', address }, config, source, fetch });
  // An immutable id finds a deleted message for as long as an administrator could bring it back: nothing is gone at once.
  const { expunge: _, ...door } = openSecondDoor(tenant, tenant.store.mailbox(address)!);
  const place = { mailbox: address };
  return {
    ...host.world,
    transport: await host.open(),
    recipients: RECIPIENTS,
    sharesProcess: true,
    door,
    faults: {
      ...host.faults,
      async expireCursors() {
        tenant.faults.set('graph.delta-gone', place, { times: 1 });
      },
      throttle: async () => tenant.faults.set('http.refuse', { ...place, status: 429 }),
      async loseNextSendAnswer() {
        tenant.faults.set('http.drop-response', { ...place, method: 'POST', when: 'after', path: '/send' }, { times: 1 });
      },
      renewCredential: async () => entra.withdraw(),
      foreignSender: RECIPIENTS[0],
    },
    [Symbol.asyncDispose]: () => close(tenant, address, host, source),
  };
}

async function openMailbox(entra: EntraTenant, { grant, withdrawing }: EntraWorldOptions, restlessness: Restlessness) {
  worlds += 1;
  const address = `case-${worlds}@${DOMAIN}`;
  const source = await entra.open({ userPrincipalName: address, password: randomUUID() }, grant);
  return { address, source: withdrawing ? restless(source, entra, restlessness) : { ...source, [Symbol.dispose]() {} } };
}

/** Refusing is the server's: auth-entra has a good token, and another one after that, and neither helps. */
const credentialFaults = (entra: EntraTenant, refuse: () => Disposable): Required<Pick<Faults, 'refuseCredentials' | 'renewCredential'>> => ({
  refuseCredentials: async () => refuse(),
  renewCredential: async () => entra.withdraw(),
});

async function close(tenant: Tenant, address: string, host: AsyncDisposable, source: Disposable): Promise<void> {
  source[Symbol.dispose]();
  await host[Symbol.asyncDispose]();
  tenant.directory.removeUser(address);
}
