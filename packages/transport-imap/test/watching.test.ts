import { setTimeout as sleep } from 'node:timers/promises';
import { type ChangesSince, type MailTransport, type MessageRef, secret } from '@signalbox/core';
import { collectBytes, systemClock } from '@signalbox/kit';
import { keptSource, type Mailbox, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { imapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';
import { partsOf } from './setting.ts';

const ADDRESS = 'support@contoso.test';

/** With the poll interval that there is where nothing is configured: what is found sooner was announced. */
async function watching(test: (world: { tenant: Tenant; account: Mailbox; transport: MailTransport }) => Promise<void>): Promise<void> {
  await using tenant = await startTenant({ doors: ['imap'], mime: 'kept' });
  await using transport = await plugin.open({
    mailbox: { id: 'support', address: ADDRESS },
    config: imapConfig.parse({ host: 'localhost', port: tenant.doors.imap!.port, tls: 'implicit', ca: tenant.certificates.ca }),
    credentials: { getCredential: async () => ({ kind: 'password', username: ADDRESS, password: secret('support-password') }) },
    clock: systemClock,
    fetch: globalThis.fetch,
    network: {},
    log: { log: () => {} },
  });
  await test({ tenant, account: tenant.store.mailbox(ADDRESS)!, transport });
}

const arrive = (account: Mailbox, subject: string): unknown => account.append('inbox', { source: keptSource(Buffer.from(`Subject: ${subject}\r\n\r\nHi\r\n`)) });

function follow(transport: MailTransport, since: ChangesSince): AsyncDisposable & { readonly refs: readonly MessageRef[]; until(count: number, limitMs: number): Promise<number> } {
  const over = new AbortController();
  const refs: MessageRef[] = [];
  const following = (async () => {
    for await (const { changes } of partsOf(transport).receive.changes({ folder: 'INBOX', since, watch: true, signal: over.signal })) {
      for (const change of changes) if (change.type === 'message-added') refs.push(change.message.ref);
    }
  })();
  return {
    refs,
    async until(count, limitMs) {
      for (const end = Date.now() + limitMs; refs.length < count && Date.now() < end; ) await sleep(10);
      return refs.length;
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await following.catch(() => {}); // aborted
    },
  };
}

describe('a watch', () => {
  it('hears of new mail at once also where the folder was listed right after it had begun', () =>
    watching(async ({ account, transport }) => {
      await using watch = follow(transport, { kind: 'now' });
      await sleep(300); // in IDLE
      for await (const _ of partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'beginning' } }));
      for (const [index, subject] of ['one', 'two'].entries()) {
        arrive(account, subject);
        expect(await watch.until(index + 1, 3_000)).toBe(index + 1);
      }
    }));

  it('keeps its connection while others read', () =>
    watching(async ({ tenant, account, transport }) => {
      await using watch = follow(transport, { kind: 'now' });
      await sleep(300);
      arrive(account, 'one');
      expect(await watch.until(1, 3_000)).toBe(1);
      await sleep(300);
      await collectBytes((await partsOf(transport).receive.fetchRaw(watch.refs[0]!)).bytes);
      expect(tenant.doors.imap!.sessionCount(ADDRESS)).toBe(2);
    }));
});

describe('a message that came after a connection had opened its folder', () => {
  it('is read over that connection, alone and with others', () =>
    watching(async ({ account, transport }) => {
      const { receive } = partsOf(transport);
      await using watch = follow(transport, { kind: 'now' });
      await sleep(300);
      await receive.findFolder({ role: 'inbox' });
      for await (const _ of receive.changes({ folder: 'INBOX', since: { kind: 'beginning' } })); // a second connection, which hears of nothing
      arrive(account, 'one');
      expect(await watch.until(1, 3_000)).toBe(1);
      await sleep(300);
      expect((await collectBytes((await receive.fetchRaw(watch.refs[0]!)).bytes)).toString()).toContain('Subject: one');
      arrive(account, 'two');
      expect(await watch.until(2, 3_000)).toBe(2);
      await sleep(300);
      const subjects: string[] = [];
      for await (const { source } of receive.fetchRawEach(watch.refs)) subjects.push((await collectBytes(source.bytes)).toString().slice(9, 12));
      expect(subjects).toEqual(['one', 'two']);
    }));
});
