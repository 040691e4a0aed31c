import type { ProbeReport } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { setting } from './setting.ts';

const inShort = ({ checks }: ProbeReport): string[] => checks.map((check) => `${check.name} ${check.status === 'fail' ? check.error.code : check.status}`);

describe('the probe', () => {
  it('takes one request, and names the step that fails', () =>
    setting(async ({ open, fault, requests }) => {
      const { probe } = await open();
      const before = requests.length;
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive pass']);
      expect(requests.length - before).toBe(1);
      {
        using _outage = fault('http.refuse', { status: 503, retryAfter: 0 }); // or the mailbox would have to wait
        expect(inShort(await probe.check())).toEqual(['reach unavailable', 'authenticate skipped', 'receive skipped']);
      }
      {
        using _scope = fault('graph.out-of-scope');
        expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive access.denied']);
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
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate auth.rejected', 'receive skipped']);
      valid = true;
      tenant.directory.removeUser('sales@contoso.test');
      expect(inShort(await probe.check())).toEqual(['reach pass', 'authenticate pass', 'receive mailbox.not-found']);
    }));
});
