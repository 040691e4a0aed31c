import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { setting } from './setting.ts';

const INBOX = { method: 'GET', path: '/mailFolders/inbox', query: { $select: 'id,displayName' }, names: 'folder' } as const;

describe('the client', () => {
  it('asks for immutable ids, names itself and its request, and reads the answer', () =>
    setting(async ({ client, requests, logged }) => {
      const folder = await client().json<{ displayName?: string }>(INBOX);
      expect(folder.displayName).toBe('Inbox');
      const [{ headers } = expect.fail()] = requests;
      expect(headers).toMatchObject({ prefer: 'IdType="ImmutableId"', 'user-agent': expect.stringContaining('signalbox'), 'return-client-request-id': 'true', 'client-request-id': expect.stringMatching(/^[\da-f-]{36}$/) });
      expect(logged).toMatchObject([{ event: 'graph.answered', fields: { status: 200, clientRequestId: headers['client-request-id'], requestId: expect.any(String) } }]);
    }));

  it('hands back a refused token once, and uses the fresh one', () =>
    setting(async ({ client, context, tenant }) => {
      const asked: boolean[] = [];
      const credentials: typeof context.credentials = {
        async getCredential(request) {
          asked.push(request.rejected !== undefined);
          const credential = await context.credentials.getCredential(request);
          if (!request.rejected) tenant.tokens.revoke({});
          return credential;
        },
      };
      await client({}, { credentials }).run(INBOX);
      expect(asked).toEqual([false, true]);
    }));

  it('gives up after a second refusal, and says who can help', () =>
    setting(async ({ client, context }) => {
      let asked = 0;
      const credentials: typeof context.credentials = {
        async getCredential(request) {
          asked += 1;
          return { ...(await context.credentials.getCredential(request)), token: { reveal: () => 'not-a-token' } } as never;
        },
      };
      await expect(client({}, { credentials }).run(INBOX)).rejects.toMatchObject({ code: 'auth.rejected', remedy: { who: 'operator' }, detail: { requestId: expect.any(String) } });
      expect(asked).toBe(2);
    }));

  it('streams a large answer, and gives its place back at the end', () =>
    setting(async ({ client, put, mailbox }) => {
      const immutableId = mailbox.immutableId(put(['Subject: large', '', 'x'.repeat(2_000_000)]));
      const graph = client();
      const open = () => graph.open({ method: 'GET', path: `/messages/${encodeURIComponent(immutableId)}/$value` });
      for (let round = 0; round < 5; round += 1) {
        await using source = await open();
        expect((await collectBytes(source.bytes)).length).toBeGreaterThan(2_000_000);
      }
      for (let round = 0; round < 5; round += 1) {
        await using source = await open();
        for await (const chunk of source.bytes) if (chunk.length > 0) break;
      }
      for (let round = 0; round < 5; round += 1) await (await open())[Symbol.asyncDispose]();
    }));
});
