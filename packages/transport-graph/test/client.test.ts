import type { Clock } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { plugin } from '../src/index.ts';
import { setting } from './setting.ts';

const INBOX = { method: 'GET', path: '/mailFolders/inbox', query: { $select: 'id,displayName' }, names: 'folder' } as const;

it('the plugin has the version of its package', () => expect(plugin.version).toBe(manifest.version));

describe('the client', () => {
  it('asks for immutable ids, names itself and its request, and reads the answer', () =>
    setting(async ({ client, requests, logged }) => {
      const folder = await client().json<{ displayName?: string }>(INBOX);
      expect(folder.displayName).toBe('Inbox');
      const [{ headers } = expect.fail()] = requests;
      expect(headers).toMatchObject({ prefer: 'IdType="ImmutableId"', 'user-agent': `signalbox-transport-graph/${manifest.version}`, 'return-client-request-id': 'true', 'client-request-id': expect.stringMatching(/^[\da-f-]{36}$/) });
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

describe('the client, when the server wants less or fails', () => {
  const hurried = (clock: Clock): Clock & { readonly slept: number[] } => {
    const slept: number[] = [];
    // Patience is not sat out: whoever sleeps for a silence goes by the tenant's clock.
    return { slept, now: () => clock.now(), sleep: async (ms, signal) => (ms >= 60_000 ? clock.sleep(ms, signal) : void slept.push(ms)) };
  };

  it.each([
    ['integer', 2_000],
    ['fractional', 2_128],
    ['date', 2_000],
    ['absent', undefined],
  ] as const)('waits as a Retry-After says that is %s', (retryAfter, expected) =>
    setting(async ({ client, context, fault, requests }) => {
      const clock = hurried(context.clock);
      fault('http.refuse', { status: 429, retryAfter }, 1);
      await client({}, { clock }).run(INBOX);
      expect(requests).toHaveLength(2);
      const [waited = 0] = clock.slept;
      expect(waited).toBeGreaterThanOrEqual(expected ?? 1_000);
      expect(waited).toBeLessThanOrEqual(expected ?? 1_500);
    }),
  );

  it('asks again over another connection after a 503', () =>
    setting(async ({ client, context, fault, requests }) => {
      fault('http.refuse', { status: 503, retryAfter: 0 }, 1);
      await client({}, { clock: hurried(context.clock) }).run(INBOX);
      expect(requests.map(({ headers }) => headers['connection'])).toEqual([undefined, 'close']);
    }));

  it.each([409, 412, 423])('leaves it open to ask again after a %d from whatever stands in between, but sends nothing twice', (status) =>
    setting(async ({ client }) => {
      const graph = client({}, { fetch: async () => new Response('<html>The gateway is locked.</html>', { status }) });
      await expect(graph.json(INBOX)).rejects.toMatchObject({ code: 'protocol.violation', retry: 'safe', retryAfterMs: 900_000 });
      await expect(graph.batch([INBOX])).resolves.toMatchObject([{ error: { code: 'protocol.violation', retry: 'safe' } }]);
      await expect(graph.run({ method: 'POST', path: '/messages/x/send' })).rejects.toMatchObject({ code: 'protocol.violation', retry: 'never' });
    }),
  );

  it('gives each attempt an id of its own, and names the last one in the error', () =>
    setting(async ({ client, context, fault, requests, logged }) => {
      fault('http.refuse', { status: 504, retryAfter: 0 });
      const failure = await client({}, { clock: hurried(context.clock) }).run(INBOX).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'timeout', detail: { status: '504 GatewayTimeout' } });
      expect(new Set(requests.map(({ headers }) => headers['client-request-id'])).size).toBe(4);
      expect((failure as { detail: { requestId: string } }).detail.requestId).toBe(logged.at(-1)?.fields?.['requestId']);
    }));

  it('repeats what may not be done twice only where it was certainly not done', () =>
    setting(async ({ client, context, fault, requests }) => {
      const graph = client({}, { clock: hurried(context.clock) });
      const post = { method: 'POST', path: '/messages', body: { json: { subject: 'once' } } } as const;
      fault('http.refuse', { status: 429, retryAfter: 0 }, 2);
      await graph.run(post);
      expect(requests).toHaveLength(3);
      for (const [name, options] of [['http.refuse', { status: 503 }], ['http.drop-response', {}]] as const) {
        fault(name, options, 1);
        const before = requests.length;
        await expect(graph.run(post)).rejects.toMatchObject({ retry: 'unknown-outcome' });
        expect(requests.length - before).toBe(1);
      }
    }));

  it('gives up on a silent server, and frees its place', () =>
    setting(async ({ client, fault, tenant }) => {
      const graph = client({ requestTimeoutMs: 60_000 });
      using _slow = fault('http.slow', { ms: 3_600_000 });
      const silent = [1, 2, 3, 4].map(() => graph.run(INBOX).catch((error: unknown) => error));
      await expect.poll(() => tenant.faults.list()[0]?.struck).toBe(4);
      tenant.clock.jump(60_000);
      for (const failure of await Promise.all(silent)) expect(failure).toMatchObject({ code: 'timeout', retry: 'safe' });
      _slow[Symbol.dispose]();
      await graph.run(INBOX);
    }));

  it('hands a claims challenge on as it came', () =>
    setting(async ({ client, context, tenant, fault }) => {
      const [app] = tenant.directory.apps();
      const asked: (string | undefined)[] = [];
      const credentials: typeof context.credentials = {
        async getCredential({ claims }) {
          asked.push(claims);
          const { token } = await tenant.tokens.issue({ app: app!, resource: 'graph', claims: { xms_cc: ['cp1'] } });
          return { kind: 'bearer', username: 'sales@contoso.test', token: { reveal: () => token } };
        },
      };
      fault('graph.claims-challenge', {}, 1);
      await client({}, { credentials }).run(INBOX);
      expect(asked[0]).toBeUndefined();
      expect(JSON.parse(Buffer.from(asked[1] ?? '', 'base64').toString())).toHaveProperty('access_token');
    }));

  it('never asks more than four things at a time', () =>
    setting(async ({ client, fault, tenant }) => {
      using _slow = fault('http.slow', { ms: 20 });
      const graph = client();
      await Promise.all(Array.from({ length: 20 }, () => graph.run(INBOX)));
      expect(tenant.faults.list()[0]?.struck).toBe(20);
    }));
});
