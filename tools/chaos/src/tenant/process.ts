import { join } from 'node:path';
import process from 'node:process';
import { freePort, openReverseProxy } from '@signalbox/local-servers';
import { describeTenant, type FaultInput, type FaultName, keptSource, openBrowser, startTenant, type SetFault, type Tenant } from '@signalbox/tenant-sim';
import { letter } from '../plan/letters.ts';
import { PASSWORD, populationOf } from '../plan/population.ts';
import type { PlannedFault } from '../plan/faults.ts';
import type { CallbackPlace, StartedTenant, TenantAnswer, TenantCalls, TenantRequest, TenantSettings } from './calls.ts';
import { playTraffic } from './traffic.ts';
import { mailboxAt, type Truth, writeTruth } from './truth.ts';

// The tenant, in a process of its own: the router's death, and its hunger, are not to be felt here.

interface World {
  readonly tenant: Tenant;
  readonly truth: Truth;
  readonly settings: TenantSettings;
  readonly callbacks: CallbackPlace;
  readonly faults: Map<number, SetFault>;
}

type Handlers = { readonly [K in keyof TenantCalls]: (world: World, ...args: Parameters<TenantCalls[K]>) => ReturnType<TenantCalls[K]> | Promise<ReturnType<TenantCalls[K]>> };

const HANDLERS: Omit<Handlers, 'start'> = {
  play: ({ tenant, truth, settings }, event) => playTraffic(tenant, truth, mailboxNamed(settings, event.mailbox), event),
  probe({ tenant, truth, settings }, mailbox, tag) {
    const { address } = mailboxNamed(settings, mailbox);
    const message = tenant.mailFlow.deliver(mailboxAt(tenant, address), letter({ tag, to: address, messageId: `${tag}@elsewhere.example`, sentAt: tenant.clock.now() }));
    truth.excuse(mailbox, message); // who is not there yet need not take it
  },
  setFault,
  async clearFault({ faults }, id) {
    await faults.get(id)?.[Symbol.asyncDispose]();
    faults.delete(id);
  },
  async clearFaults({ faults }) {
    for (const fault of faults.values()) await fault[Symbol.asyncDispose]();
    faults.clear();
  },
  faults: ({ tenant }) => tenant.faults.list(),
  jumpClock: ({ tenant }, ms) => tenant.clock.jump(ms),
  clockOffset: ({ tenant }) => tenant.clock.offset,
  async signIn({ tenant }, url, address) {
    const browser = await openBrowser(tenant).open(url);
    await browser.submit({ username: address });
    await browser.submit({ password: PASSWORD });
    return browser.location;
  },
};

async function start(settings: TenantSettings): Promise<World> {
  const tenant = await startTenant(populationOf(settings.mailboxes));
  await tenant.certificates.writeCa(join(settings.folder, 'ca.pem'));
  for (const { address } of settings.mailboxes) layDown(tenant, address, settings.before);
  const truth = writeTruth(tenant, settings.mailboxes, settings.truthFile);
  return { tenant, truth, settings, callbacks: await openCallbacks(tenant), faults: new Map() };
}

/** The public address is here and the router behind it, which is not there while it is dead. */
async function openCallbacks({ certificates }: Tenant): Promise<CallbackPlace> {
  const port = await freePort();
  const { origin } = await openReverseProxy(certificates, port);
  return { publicUrl: `${origin}/signalbox`, port };
}

const AN_HOUR = 3_600_000;

function layDown(tenant: Tenant, address: string, count: number): void {
  const mailbox = mailboxAt(tenant, address);
  for (let index = 1; index <= count; index += 1) {
    const arrivedAt = new Date(tenant.clock.now().getTime() - index * AN_HOUR);
    const tag = `before-${index}`;
    mailbox.append('inbox', { source: keptSource(letter({ tag, to: address, messageId: `${tag}.${address}`, sentAt: arrivedAt })), arrivedAt });
  }
}

function setFault({ tenant, truth, faults }: World, { name, options, times, untilMs }: PlannedFault): number {
  const given = name === 'imap.omit-uid' ? { ...options, uid: nextUid(tenant, String(options['mailbox'])) } : options;
  const fault = truth.acting(() => tenant.faults.set(name, given as FaultInput<FaultName>, times === undefined ? {} : { times }));
  // How a door is stays so to the end: the same message under another id would be another message.
  if (untilMs !== undefined) faults.set(fault.id, fault);
  return fault.id;
}

const nextUid = (tenant: Tenant, address: string): number => mailboxAt(tenant, address).folder('inbox')?.uidNext ?? 1;

function mailboxNamed({ mailboxes }: TenantSettings, id: string): TenantSettings['mailboxes'][number] {
  const found = mailboxes.find((mailbox) => mailbox.id === id);
  if (!found) throw new Error(`No mailbox "${id}" was planned.`);
  return found;
}

let world: Promise<World> | undefined;

async function began(settings: TenantSettings): Promise<StartedTenant> {
  world = start(settings);
  const { tenant, callbacks } = await world;
  const description = describeTenant(tenant, { caFile: join(settings.folder, 'ca.pem'), configurationFile: join(settings.folder, 'signalbox.yaml') });
  return { description, callbacks };
}

async function carryOut({ call, args }: TenantRequest): Promise<unknown> {
  if (call === 'start') {
    const [settings] = args as Parameters<TenantCalls['start']>;
    return began(settings);
  }
  if (!world) throw new Error('The tenant has not been started.');
  return await (HANDLERS[call] as (world: World, ...rest: readonly unknown[]) => unknown)(await world, ...args);
}

process.on('message', (request: TenantRequest) => {
  const answer = (rest: Omit<TenantAnswer, 'id'>): void => void process.send?.({ id: request.id, ...rest } satisfies TenantAnswer);
  carryOut(request).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// Whoever started it has ended.
process.on('disconnect', () => process.exit(0));
