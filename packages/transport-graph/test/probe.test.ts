import type { ProbeReport } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { setting } from './setting.ts';

const inShort = ({ checks }: ProbeReport): string[] => checks.map((check) => `${check.name} ${check.status === 'fail' ? check.error.code : check.status}`);

const SALES = 'sales@contoso.test';
const alone = { tenant: { acceptedDomains: ['contoso.test'] }, users: [{ userPrincipalName: SALES }] };
const inExchange = (...roles: readonly string[]) => roles.map((role) => ({ role, mailboxes: [SALES] }));

describe('the probe', () => {
  it('takes two requests, and names the step that fails', () =>
    setting(async ({ open, fault, requests }) => {
      const { probe } = await open();
      const before = requests.length;
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive pass', 'send pass']);
      expect(requests.length - before).toBe(2);
      {
        using _outage = fault('http.refuse', { status: 503, retryAfter: 0 }); // or the mailbox would have to wait
        expect(inShort(await probe.check())).toEqual(['reach unavailable', 'authenticate skipped', 'receive skipped', 'send skipped']);
      }
      {
        using _scope = fault('graph.out-of-scope');
        expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive access.denied', 'send skipped']);
      }
    }));

  it('tells a token that is refused from a mailbox that is not there', () =>
    setting(async ({ open, context, tenant }) => {
      let valid = true;
      const credentials: typeof context.credentials = {
        getCredential: async (request) => {
          const credential = await context.credentials.getCredential(request);
          return valid ? credential : { kind: 'bearer', username: credential.username, token: { reveal: () => 'void' } };
        },
      };
      const { probe } = await open({}, { credentials });
      valid = false;
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate auth.rejected', 'receive skipped', 'send skipped']);
      valid = true;
      tenant.directory.removeUser(SALES);
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive mailbox.not-found', 'send skipped']);
    }));

  it('asks whether mail may be sent, and sends nothing', () =>
    setting(async ({ open, tenant }) => {
      const { probe } = await open();
      // In the token is neither role: only Exchange knows.
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive pass', 'send access.denied']);
      tenant.directory.updateApp(tenant.directory.apps()[0]!.clientId, { rbac: inExchange('Application Mail.ReadWrite', 'Application Mail.Send') });
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive pass', 'send pass']);
      expect([tenant.mailFlow.submitted, tenant.store.mailbox(SALES)!.folder('drafts')!.messages]).toEqual([[], []]);
    }, { ...alone, apps: [{ roles: [], rbac: inExchange('Application Mail.ReadWrite') }] }));

  it.each([429, 503, 504] as const)('makes up nothing of sending where the answer is a %d', { timeout: 60_000 }, (status) =>
    setting(async ({ open, fault }) => {
      const { probe } = await open();
      using _busy = fault('http.refuse', { status, retryAfter: 0, method: 'POST' });
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive pass', 'send skipped']);
    }));

  it('names the mailbox as what keeps an application from sending that does nothing else', () =>
    setting(async ({ open, tenant }) => {
      const { probe } = await open({ send: { mode: 'send-mail' } });
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'send pass']);
      tenant.directory.removeUser(SALES);
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'send mailbox.not-found']);
    }, { ...alone, apps: [{ roles: [{ resource: 'graph', role: 'Mail.Send' }] }] }));
});
