import type { LocalImapServer } from '@signalbox/local-servers';
import { collectBytes, systemClock } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { firstRefs, mail, partsOf, setting } from './setting.ts';

const LARGE = 60_000;
/** More than a connection that is needed elsewhere waits for, with messages of `LARGE`. */
const MANY = 300;

function deliverMany(server: LocalImapServer, count: number, octets: number): string[] {
  const subjects = Array.from({ length: count }, (_, index) => `number-${index}`);
  for (const subject of subjects) server.deliver(mail(subject, 'x'.repeat(octets)));
  return subjects;
}

const subjectOf = (raw: Buffer): string => /^Subject: (.*)\r$/m.exec(raw.toString('latin1'))?.[1] ?? '';
const signIns = (server: LocalImapServer): number => server.commands.filter((command) => command.includes('AUTHENTICATE')).length;

describe('reading many messages', () => {
  it('goes on where it was when the connection is cut in the middle, and hands out none twice', () =>
    setting(async ({ server, transport }) => {
      const sent = deliverMany(server, MANY, LARGE);
      const refs = await firstRefs(transport);
      const seen: string[] = [];
      for await (const { source } of partsOf(transport).receive.fetchRawEach(refs)) {
        seen.push(subjectOf(await collectBytes(source.bytes)));
        if (seen.length === 5) server.faults.dropConnections();
      }
      expect(seen).toEqual(sent);
      expect(signIns(server)).toBe(2);
    }));

  it('gives its only connection to a call made meanwhile, at the end of a short answer', () =>
    setting(
      async ({ server, transport }) => {
        const { receive } = partsOf(transport);
        const sent = deliverMany(server, 20, 1000);
        const seen: string[] = [];
        for await (const { source } of receive.fetchRawEach(await firstRefs(transport))) {
          expect(await receive.unread('INBOX')).toBe(20);
          seen.push(subjectOf(await collectBytes(source.bytes)));
        }
        expect(seen).toEqual(sent);
        expect(signIns(server)).toBe(1);
      },
      { maxConnections: 1 },
    ));

  it('does not keep a call waiting for the end of a long answer, and asks for the rest again', () =>
    setting(
      async ({ server, transport }) => {
        const { receive } = partsOf(transport);
        const sent = deliverMany(server, MANY, LARGE);
        const refs = await firstRefs(transport);
        const seen: string[] = [];
        let unread: number | undefined;
        for await (const { source } of receive.fetchRawEach(refs)) {
          unread ??= await receive.unread('INBOX');
          seen.push(subjectOf(await collectBytes(source.bytes)));
        }
        expect(unread).toBe(MANY);
        expect(seen).toEqual(sent);
        expect(signIns(server)).toBe(2);
      },
      { maxConnections: 1 },
    ));

  it('leaves a usable transport behind when it is left early', () =>
    setting(
      async ({ server, transport }) => {
        const { receive } = partsOf(transport);
        deliverMany(server, MANY, LARGE);
        for await (const _ of receive.fetchRawEach(await firstRefs(transport))) break;
        for await (const _ of receive.list({ folder: 'INBOX', order: 'any' })) break;
        expect(await receive.unread('INBOX')).toBe(MANY);
      },
      { maxConnections: 1 },
    ));

  it('does not take a reader that is slow for a server that is silent', () =>
    setting(
      async ({ server, transport }) => {
        const sent = deliverMany(server, 20, LARGE);
        const seen: string[] = [];
        for await (const { source } of partsOf(transport).receive.fetchRawEach(await firstRefs(transport))) {
          if (seen.length < 2) await systemClock.sleep(450);
          seen.push(subjectOf(await collectBytes(source.bytes)));
        }
        expect(seen).toEqual(sent);
        expect(signIns(server)).toBe(1);
      },
      { commandTimeoutMs: 200 },
    ));
});
