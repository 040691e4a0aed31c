import { subscribe } from 'node:diagnostics_channel';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { makeMessage } from '../../messages.ts';
import { answerCalls } from '../answer-calls.ts';
import { addressOf, PLACE, type Played, type TenantCalls } from './calls.ts';

// The tenant, in a process of its own: what it takes is not the router's.

const HELD = 3;
const SIZE = 4096;
/** What is measured is the router: nothing is to be refused. */
const LIMITS = { graphRequests: Infinity };

let tenant: Tenant | undefined;
let count = 0;
let playing: { readonly timer: NodeJS.Timeout; readonly deliveredAt: number[]; readonly cpu: NodeJS.CpuUsage; readonly requests: number } | undefined;
let requests = 0;

const running = (): Tenant => {
  if (!tenant) throw new Error('The tenant was not started.');
  return tenant;
};

function deliver(deliveredAt: number[]): void {
  const index = deliveredAt.length;
  // In strides, so that neighbours get nothing one after the other.
  const mailbox = running().store.mailbox(addressOf(((index * 7_919) % count) + 1));
  if (!mailbox) throw new Error('A mailbox is missing.');
  deliveredAt.push(Date.now());
  mailbox.append('inbox', { source: keptSource(makeMessage({ index, size: SIZE, place: PLACE })) });
}

function stop(): Played {
  if (!playing) throw new Error('Nothing is played.');
  clearInterval(playing.timer);
  const { user, system } = process.cpuUsage(playing.cpu);
  const played = { deliveredAt: playing.deliveredAt, requests: requests - playing.requests, cpuMs: (user + system) / 1000 };
  playing = undefined;
  return played;
}

subscribe('http.server.request.start', () => (requests += 1));

answerCalls<TenantCalls>({
  async start(mailboxes) {
    count = mailboxes;
    tenant = await startTenant({
      doors: ['entra', 'graph'],
      mime: 'kept',
      tenant: { acceptedDomains: ['contoso.test'], limits: LIMITS },
      users: Array.from({ length: mailboxes }, (_, index) => ({ userPrincipalName: addressOf(index + 1) })),
      apps: [{ secrets: [{ id: '1', value: 'fleet-secret', expiresAt: new Date(Date.now() + 86_400_000) }], roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] }],
    });
    for (let number = 1; number <= mailboxes; number++) {
      const mailbox = tenant.store.mailbox(addressOf(number));
      if (mailbox) tenant.store.fill(mailbox, { count: HELD });
    }
    const [app] = tenant.directory.apps();
    const { entra, graph } = tenant.doors;
    if (!app || !entra || !graph) throw new Error('The tenant has no application, or no doors.');
    return { domain: tenant.directory.tenant.domain, authority: new URL(entra.authority).origin, clientId: app.clientId, baseUrl: graph.baseUrl, ca: tenant.certificates.ca };
  },
  play(perSecond) {
    const deliveredAt: number[] = [];
    const began = Date.now();
    const timer = setInterval(() => {
      while (deliveredAt.length < ((Date.now() - began) / 1000) * perSecond) deliver(deliveredAt);
    }, 1000 / perSecond);
    playing = { timer, deliveredAt, cpu: process.cpuUsage(), requests };
  },
  stop,
  requests: () => requests,
});
