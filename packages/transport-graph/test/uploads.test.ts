import { inspect } from 'node:util';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { letterWithFiles, MB, octetsAt } from './large-letters.ts';
import { codeOf, hurried } from './letters.ts';
import { octetsOf, sent } from './sent-mail.ts';
import { setting } from './setting.ts';

describe('an upload', () => {
  it('that is interrupted three times still yields one mail with the whole file', () =>
    setting(async (here) => {
      const { fault, requests } = here;
      using drops = fault('http.drop-response', { when: 'before', method: 'PUT' }, 1);
      using lost = fault('http.drop-response', { when: 'after', method: 'PUT' }, 1);
      using busy = fault('http.refuse', { status: 503, when: 'after', method: 'PUT' }, 1);
      const mail = await sent(here, letterWithFiles([{ name: 'large.bin', octets: 12 * MB + 11 }]));
      expect(mail.attachments.map((file) => octetsOf(file).equals(octetsAt(0, 12 * MB + 11)))).toEqual([true]);
      expect([drops, lost, busy].map((one) => (one as Disposable & { readonly struck: number }).struck)).toEqual([1, 1, 1]);
      for (const { url, headers } of requests.filter(({ method }) => method === 'PUT')) {
        expect(url).toContain('authtoken');
        expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('authorization');
      }
    }));

  it('whose last answer is lost attaches the file once', () =>
    setting(async (here) => {
      const { fault } = here;
      using _ = fault('http.drop-response', { when: 'after', method: 'PUT' }, 1);
      const mail = await sent(here, letterWithFiles([{ name: 'a.bin', octets: 3 * MB + 5 }, { name: 'b.bin', octets: 3 * MB + 9 }]));
      expect(mail.attachments.map(({ filename }) => filename)).toEqual(['a.bin', 'b.bin']);
    }));

  it('of what is small enough to be held reads the message once, and its header before', () =>
    setting(async ({ open, tenant }) => {
      const submission = letterWithFiles([{ name: 'a.bin', octets: 9 * MB }, { name: 'b.bin', octets: 1_000, seed: 5 }]);
      const { send } = await open();
      await send!.dispatch(submission);
      expect(submission.content.opened).toBe(2);
      const mail = await PostalMime.parse(tenant.mailFlow.submitted[0]!.raw, { attachmentEncoding: 'arraybuffer' });
      expect(mail.attachments.map((file) => octetsOf(file).equals(octetsAt(0, octetsOf(file).byteLength, file.filename === 'a.bin' ? 1 : 5)))).toEqual([true, true]);
      expect(mail.attachments.map((file) => octetsOf(file).byteLength)).toEqual([9 * MB, 1_000]);
    }));

  it('begins anew in another session where the first is lost, reading the message again', () =>
    setting(async (here) => {
      const { tenant, open, requests } = here;
      const submission = letterWithFiles([{ name: 'a.bin', octets: 13 * MB }, { name: 'b.bin', octets: 4 * MB, seed: 5 }]); // more than is held
      let puts = 0;
      const { send } = await open(
        {},
        {
          clock: hurried(tenant.clock),
          fetch: async (input, init) => {
            if (init?.method === 'PUT' && (puts += 1) === 2) tenant.clock.jump(3 * 3_600_000); // sessions live for two hours
            return here.context.fetch(input, init);
          },
        },
      );
      await send!.dispatch(submission);
      const mail = await PostalMime.parse(tenant.mailFlow.submitted[0]!.raw, { attachmentEncoding: 'arraybuffer' });
      expect(mail.attachments.map((file) => octetsOf(file).equals(octetsAt(0, octetsOf(file).byteLength, file.filename === 'a.bin' ? 1 : 5)))).toEqual([true, true]);
      expect(mail.attachments.map((file) => octetsOf(file).byteLength)).toEqual([13 * MB, 4 * MB]);
      expect(requests.filter(({ url }) => url.endsWith('createUploadSession')).length).toBe(3);
      expect(submission.content.opened).toBe(5); // header, survey, first walk, the file again, the walk from there on
    }));

  it.each([401, 403, 404, 410])('begins anew where the address of its session answers %d, whatever its credential could do', (status) =>
    setting(async (here) => {
      const { open, tenant, context, requests } = here;
      let puts = 0;
      const fetch: typeof globalThis.fetch = async (input, init) => {
        if (init?.method === 'PUT' && (puts += 1) === 2) return Response.json({ error: { code: '', message: `No: ${input as string}` } }, { status });
        return context.fetch(input, init);
      };
      const { send } = await open({}, { clock: hurried(tenant.clock), fetch });
      await send!.dispatch(letterWithFiles([{ name: 'a.bin', octets: 9 * MB }, { name: 'b.bin', octets: 1_000, seed: 5 }]));
      const mail = await PostalMime.parse(tenant.mailFlow.submitted[0]!.raw, { attachmentEncoding: 'arraybuffer' });
      expect(mail.attachments.map((file) => octetsOf(file).equals(octetsAt(0, octetsOf(file).byteLength, file.filename === 'a.bin' ? 1 : 5)))).toEqual([true, true]);
      expect(requests.filter(({ url }) => url.endsWith('createUploadSession')).length).toBe(2);
    }),
  );

  it('gives up when every session is refused, with its sessions cancelled and no word of their addresses', () =>
    setting(async (here) => {
      const { open, tenant, context, requests, mailbox, logged } = here;
      const fetch: typeof globalThis.fetch = async (input, init) =>
        init?.method === 'PUT' ? Response.json({ error: { code: 'Denied', message: `No: ${input as string}` } }, { status: 403 }) : context.fetch(input, init);
      const { send } = await open({}, { clock: hurried(tenant.clock), fetch });
      const error: unknown = await send!.dispatch(letterWithFiles([{ name: 'a.bin', octets: 4 * MB }])).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(requests.filter(({ url }) => url.endsWith('createUploadSession')).length).toBe(3);
      expect(requests.filter(({ method, url }) => method === 'DELETE' && url.includes('authtoken')).length).toBe(3);
      expect(mailbox.folder('drafts')?.messages.length).toBe(0);
      expect(inspect([error, logged], { depth: 10 })).not.toMatch(/authtoken|attachmentsessions/i);
    }));

  it('that fails for good cancels its session, and tells nobody the address', () =>
    setting(async ({ open, tenant, context, requests, logged }) => {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        if (init?.method === 'PUT') throw new TypeError(`Failed to parse URL from ${input as string}`);
        return context.fetch(input, init);
      };
      const { send } = await open({ requestTimeoutMs: 600_000 }, { clock: hurried(tenant.clock, 100_000), fetch });
      const error: unknown = await send!.dispatch(letterWithFiles([{ name: 'a.bin', octets: 4 * MB }])).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'connection.lost' });
      expect(requests.filter(({ method, url }) => method === 'DELETE' && url.includes('authtoken')).length).toBe(1);
      expect(inspect([error, logged], { depth: 10 })).not.toMatch(/authtoken|attachmentsessions/i);
    }));

  it('that fails for good leaves no draft', () =>
    setting(async ({ open, tenant, mailbox, fault }) => {
      const { send } = await open({}, { clock: hurried(tenant.clock) });
      using _ = fault('http.refuse', { status: 503, method: 'PUT' });
      expect(await codeOf(send!.dispatch(letterWithFiles([{ name: 'a.bin', octets: 4 * MB }])))).toBe('unavailable');
      expect([mailbox.folder('drafts')?.messages.length, tenant.mailFlow.submitted.length]).toEqual([0, 0]);
    }));

  it('stops on abort', () =>
    setting(async ({ open, mailbox, context, requests }) => {
      const stop = new AbortController();
      const { send } = await open({}, { fetch: async (input, init) => {
        if (init?.method === 'PUT') stop.abort(new Error('enough'));
        return context.fetch(input, init);
      } });
      await expect(send!.dispatch(letterWithFiles([{ name: 'a.bin', octets: 4 * MB }]), { signal: stop.signal })).rejects.toThrow('enough');
      await expect.poll(() => mailbox.folder('drafts')?.messages.length).toBe(0);
      expect(requests.filter(({ method, url }) => method === 'DELETE' && url.includes('authtoken')).length).toBe(1);
    }));

  it('keeps the address of its session out of the log', () =>
    setting(async (here) => {
      using _ = here.fault('http.drop-response', { when: 'after', method: 'PUT' }, 1);
      await sent(here, letterWithFiles([{ name: 'a.bin', octets: 5 * MB }]));
      expect(here.logged.some(({ event }) => event === 'graph.upload-interrupted')).toBe(true);
      expect(JSON.stringify(here.logged)).not.toMatch(/authtoken|attachmentsessions/i);
    }));
});
