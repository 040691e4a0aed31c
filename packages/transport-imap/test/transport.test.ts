import { type ChangeBatch, type Clock, isMailError, MailError, secret } from '@signalbox/core';
import { collectBytes, contentOf, systemClock } from '@signalbox/kit';
import { makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { describe, expect, it } from 'vitest';
import { ADDRESS, certificate, firstRefs, mail, partsOf, setting } from './setting.ts';

const subjects = (batch: ChangeBatch | undefined): (string | undefined)[] => batch?.changes.map((change) => (change.type === 'message-added' ? change.message.subject : change.type)) ?? [];
const codeOf = async (call: Promise<unknown>): Promise<string> => call.then(() => 'no error', (error: unknown) => (isMailError(error) ? error.code : String(error)));

describe('on the wire', () => {
  it('never fetches without PEEK', () =>
    setting(async ({ server, transport }) => {
      const { receive } = partsOf(transport);
      server.deliver(mail('small'));
      server.deliver(mail('large', 'x'.repeat(100_000)));
      const refs = await firstRefs(transport);
      for await (const { source } of receive.fetchRawEach(refs)) await collectBytes(source.bytes);
      for (const ref of refs) await collectBytes((await receive.fetchRaw(ref)).bytes);
      for (const ref of refs) await receive.listAttachments(ref);
      const fetches = server.commands.filter((command) => command.includes(' FETCH '));
      expect(fetches.length).toBeGreaterThan(4);
      expect(fetches.filter((command) => /BODY\[|RFC822(?!\.SIZE)/.test(command))).toEqual([]);
      expect(server.messages().flatMap(({ flags }) => flags)).toEqual([]);
    }));

  it('takes an attached message from the source where the server hands out its text alone, and nothing else', () =>
    setting(async ({ server, transport }) => {
      const { receive } = partsOf(transport);
      const inner = mail('inner', 'x'.repeat(2_500_000)).toString();
      const part = (headers: string, body: string): string => `--b\r\n${headers}\r\n\r\n${body}\r\n`;
      const raw = `Subject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${part('Content-Type: message/rfc822', inner)}${part('Content-Type: text/plain; name="a.txt"', 'file')}--b--\r\n`;
      server.deliver(Buffer.from(raw)); // hoodiecrow, docs/quirks/hoodiecrow.md
      const [ref] = await firstRefs(transport);
      if (!ref) throw new Error('It was delivered.');
      const read = async (id: string): Promise<string> => (await collectBytes((await receive.fetchAttachment(ref, id)).bytes)).toString();
      expect((await read('1')) === inner).toBe(true);
      const source = (): number => server.commands.filter((line) => line.includes('BODY.PEEK[]<')).length;
      expect(source()).toBe(2);
      expect(await read('2')).toBe('file');
      await using abandoned = await receive.fetchAttachment(ref, '1');
      for await (const _ of abandoned.bytes) break;
      expect(source()).toBe(3); // no more of it than was asked for
    }));

  it('fetches many small messages with few commands, and marks many with one', () =>
    setting(async ({ server, transport }) => {
      const { receive, mutate } = partsOf(transport);
      for (let index = 0; index < 100; index += 1) server.deliver(mail(`number ${index}`));
      const refs = await firstRefs(transport);
      const before = server.commands.length;
      let count = 0;
      for await (const { source } of receive.fetchRawEach(refs)) count += (await collectBytes(source.bytes)).length > 0 ? 1 : 0;
      expect(count).toBe(100);
      expect(server.commands.slice(before).filter((command) => command.includes('FETCH'))).toHaveLength(1);
      await mutate.updateKeywords(refs, { add: ['$seen'] });
      expect(server.commands.filter((command) => command.includes('STORE'))).toEqual([expect.stringMatching(/UID STORE 1:100 \+FLAGS\.SILENT \(\\Seen\)$/)]);
    }));

  it('does not enable extensions, and does not see those that are switched off', () =>
    setting(
      async ({ server, transport }) => {
        const { receive, mutate } = partsOf(transport);
        expect(receive.traits.push).toBe(false);
        server.deliver(mail('moved'));
        await mutate.move(await firstRefs(transport), 'Archive');
        expect(server.messages('Archive')).toHaveLength(1);
        expect(server.messages()).toHaveLength(0);
        expect(server.commands.filter((command) => / (?:ENABLE|UID MOVE|IDLE)/.test(command))).toEqual([]);
      },
      { ignoreCapabilities: ['MOVE', 'idle'] },
    ));

  it('removes its own messages only, where EXPUNGE would take those of others along', () =>
    setting(
      async ({ server, transport }) => {
        server.deliver(mail('ours'));
        server.deliver(mail('marked by another client'), { flags: ['\\Deleted'] });
        const [ours] = await firstRefs(transport);
        if (ours) await partsOf(transport).mutate.delete([ours], { mode: 'permanently' });
        expect(server.commands.some((command) => command.endsWith(' EXPUNGE'))).toBe(true);
        expect(server.messages().map(({ flags }) => flags)).toEqual([['\\Deleted']]);
      },
      {},
      { extensions: ['LITERALPLUS'] },
    ));
});

describe('watching', () => {
  it('enters IDLE at once and tells of mail without delay', () =>
    setting(async ({ server, transport }) => {
      const iterator = partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      const next = iterator.next();
      await expect.poll(() => server.commands.at(-1)).toMatch(/IDLE$/);
      const began = performance.now();
      server.deliver(mail('news'));
      expect(subjects((await next).value)).toEqual(['news']);
      expect(performance.now() - began).toBeLessThan(1000);
      await iterator.return?.();
    }));

  it('leaves its connection to a call when there is no other, and misses nothing', () =>
    setting(
      async ({ server, transport }) => {
        const { receive } = partsOf(transport);
        const iterator = receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
        await iterator.next();
        const next = iterator.next();
        await expect.poll(() => server.commands.at(-1)).toMatch(/IDLE$/);
        expect(await receive.unread('Archive')).toBe(0);
        server.deliver(mail('news'));
        expect(await receive.unread('Archive')).toBe(0);
        expect(subjects((await next).value)).toEqual(['news']);
        expect(server.commands.filter((command) => command.includes('AUTHENTICATE'))).toHaveLength(1);
        await iterator.return?.();
      },
      { maxConnections: 1 },
    ));

  it('asks again for what the server named but did not show, without being told', () =>
    setting(async ({ server, transport }) => {
      const iterator = partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      server.faults.hideOnce(1);
      server.deliver(mail('late'));
      server.deliver(mail('shown'));
      const seen: (string | undefined)[] = [];
      while (seen.length < 2) seen.push(...subjects((await iterator.next()).value));
      expect(seen).toEqual(['shown', 'late']);
      await iterator.return?.();
    }));

  it('goes on with a fresh credential when the server ends the session because the token ran out', () =>
    setting(async ({ server, open }) => {
      let asked = 0;
      const transport = await open({}, {
        credentials: {
          getCredential: async () => {
            asked += 1;
            return { kind: 'bearer', username: ADDRESS, token: secret('fresh') };
          },
        },
      });
      const iterator = partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      const next = iterator.next();
      await expect.poll(() => server.commands.at(-1)).toMatch(/IDLE$/);
      server.faults.sayBye('Session invalidated - AccessTokenExpired');
      await expect.poll(() => asked).toBe(2);
      server.deliver(mail('after'));
      let batch = await next;
      while (!batch.done && subjects(batch.value).length === 0) batch = await iterator.next();
      expect(subjects(batch.value)).toEqual(['after']);
      await iterator.return?.();
    }));

  it('leaves IDLE before the token runs out', () =>
    setting(async ({ server, open }) => {
      let asked = 0;
      const transport = await open({}, {
        credentials: {
          getCredential: async () => {
            asked += 1;
            return { kind: 'bearer', username: ADDRESS, token: secret('fresh'), expiresAt: new Date(Date.now() + 400) };
          },
        },
      });
      const iterator = partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.next();
      expect(asked).toBeGreaterThanOrEqual(2);
      expect(server.commands.filter((command) => command.includes('AUTHENTICATE')).length).toBeGreaterThanOrEqual(3);
      await iterator.return?.();
    }));

  it('gives a sign of life whenever an IDLE has lasted long enough, by the clock of the host', () =>
    setting(async ({ open, server }) => {
      const sleeps: number[] = [];
      const clock: Clock = {
        now: () => new Date(),
        sleep: async (ms, signal) => {
          sleeps.push(ms);
          await systemClock.sleep(ms === 240_000 ? 20 : ms, signal);
        },
      };
      const transport = await open({}, { clock });
      const iterator = partsOf(transport).receive.changes({ folder: 'INBOX', since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      const { value } = await iterator.next();
      expect(value).toMatchObject({ changes: [], caughtUp: true });
      expect(sleeps).toContain(240_000);
      expect(server.commands.some((command) => command.endsWith('IDLE'))).toBe(true);
      await iterator.return?.();
    }));
});

describe('connections', () => {
  it('never exceed the number configured', () =>
    setting(
      async ({ server, transport }) => {
        server.deliver(mail('one'));
        const { receive } = partsOf(transport);
        const refs = await firstRefs(transport);
        await Promise.all(Array.from({ length: 20 }, async () => collectBytes((await receive.fetchRaw(refs[0] ?? { folder: '', key: '' })).bytes)));
        expect(server.commands.filter((command) => command.includes('AUTHENTICATE')).length).toBeLessThanOrEqual(2);
      },
      { maxConnections: 2 },
    ));

  it('that fall silent are given up after the time configured', () =>
    setting(
      async ({ server, transport }) => {
        using _ = server.faults.hang();
        expect(await codeOf(partsOf(transport).receive.unread('INBOX'))).toBe('timeout');
      },
      { commandTimeoutMs: 200 },
    ));

  it('pass a throttling on at once instead of sitting it out', () =>
    setting(async ({ server, transport }) => {
      using _ = server.faults.refuse(/^STATUS/, 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds');
      const error = await partsOf(transport).receive.unread('INBOX').catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'throttled', retryAfterMs: 92_415 });
    }));

  it('are not opened to a server whose certificate nobody vouches for, nor without TLS', () =>
    setting(async ({ server, open }) => {
      expect(await codeOf(open({ ca: (await makeLocalCertificate()).certificate }))).toBe('tls.failed');
      expect(await codeOf(open({ servername: 'other.example' }))).toBe('tls.failed');
      await using plain = await startImapServer({ username: ADDRESS, password: 'right', certificate, tls: 'starttls' });
      const before = plain.commands.length;
      expect(await codeOf(open({ port: plain.port, tls: 'starttls', ignoreCapabilities: ['STARTTLS'] }))).toBe('tls.failed');
      expect(plain.commands.slice(before).filter((command) => /LOGIN|AUTHENTICATE/.test(command))).toEqual([]);
      expect(server.ca).toBe(plain.ca);
    }));

  it('retry "authenticated but not connected" once before they say that access is denied', () =>
    setting(async ({ server, open }) => {
      using _ = server.faults.refuse(/^NAMESPACE/, 'BAD User is authenticated but not connected.');
      const before = server.commands.filter((command) => command.includes('AUTHENTICATE')).length;
      expect(await codeOf(open())).toBe('access.denied');
      expect(server.commands.filter((command) => command.includes('AUTHENTICATE')).length - before).toBe(2);
    }));

  it('bear "authenticated but not connected" once also with the credential that took the place of a refused one', () =>
    setting(async ({ server, open }) => {
      const [wrong, right] = ['wrong', 'right'].map((text) => ({ kind: 'password', username: ADDRESS, password: secret(text) }) as const);
      using _ = server.faults.refuse(/^NAMESPACE/, 'BAD User is authenticated but not connected.');
      const before = server.commands.filter((command) => command.includes('AUTHENTICATE')).length;
      expect(await codeOf(open({}, { credentials: { getCredential: async ({ rejected }: { rejected?: unknown }) => (rejected ? right! : wrong!) } }))).toBe('access.denied');
      expect(server.commands.filter((command) => command.includes('AUTHENTICATE')).length - before).toBe(3);
    }));

  it('use the mechanism configured, and say so where the server has it not', () =>
    setting(async ({ server, open }) => {
      await open({ authMechanism: 'login' });
      expect(server.commands.some((command) => command.endsWith(' LOGIN'))).toBe(true);
      const credentials = { getCredential: async () => ({ kind: 'bearer', username: ADDRESS, token: secret('fresh') }) as const };
      expect(await codeOf(open({ authMechanism: 'oauthbearer' }, { credentials }))).toBe('auth.method-disabled');
    }));

  it('do not try the very credential again that was just refused', () =>
    setting(async ({ server, open }) => {
      const wrong = { kind: 'password', username: ADDRESS, password: secret('wrong') } as const;
      const before = server.commands.length;
      expect(await codeOf(open({}, { credentials: { getCredential: async () => wrong } }))).toBe('auth.rejected');
      expect(server.commands.slice(before).filter((command) => command.includes('AUTHENTICATE'))).toHaveLength(1);
      const gone = new MailError('auth.interaction-required', 'Sign in again.');
      const once = { getCredential: async ({ rejected }: { rejected?: unknown }) => (rejected ? Promise.reject(gone) : wrong) };
      expect(await codeOf(open({}, { credentials: once }))).toBe('auth.interaction-required');
    }));
});

describe('the door', () => {
  it('is the same for a password and for a token', () =>
    setting(async ({ server, transport, open }) => {
      server.deliver(mail('kept'));
      const [ref] = await firstRefs(transport);
      const credentials = { getCredential: async () => ({ kind: 'bearer', username: ADDRESS, token: secret('fresh') }) as const };
      const other = partsOf(await open({}, { credentials })).receive;
      expect(other.refSpace).toBe(partsOf(transport).receive.refSpace);
      expect(ref && (await other.present([ref]))).toMatchObject([{ ref }]);
    }));

  it('does not repeat an append whose answer was lost', () =>
    setting(async ({ server, transport }) => {
      const pending = codeOf(partsOf(transport).mutate.append('Drafts', contentOf(mail('once'))));
      await expect.poll(() => server.messages('Drafts').length).toBe(1);
      await pending;
      using _ = server.faults.hang();
      const lost = codeOf(partsOf(transport).mutate.append('Drafts', contentOf(mail('lost'))));
      await expect.poll(() => server.commands.at(-1)).toMatch(/SELECT|APPEND/);
      server.faults.dropConnections();
      expect(await lost).toBe('connection.lost');
      expect(server.messages('Drafts')).toHaveLength(1);
    }));
});
