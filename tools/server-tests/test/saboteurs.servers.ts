import { type Case, casesFor, runCase, sabotaged, saboteursForServers } from '@signalbox/conformance';
import { beforeAll, describe, expect, it } from 'vitest';
import { imapOnDovecot } from '../src/worlds/imap.ts';
import { lab } from './lab.ts';

const { dovecot } = lab;
if (!dovecot) throw new Error('The lab runs without Dovecot.');
const openWorld = imapOnDovecot(lab, dovecot, 'password');

describe('saboteurs of IMAP on Dovecot', () => {
  let cases: readonly Case[];
  beforeAll(async () => {
    // Cases that measure the process, or wait for a hang to end, tell nothing about these ten.
    cases = (await casesFor(openWorld)).applicable.filter(({ alone }) => !alone);
  });

  it('are ten', () => expect(saboteursForServers).toHaveLength(10));

  for (const saboteur of saboteursForServers) {
    it(`${saboteur.id} is caught by ${saboteur.caughtBy.join(' or ')}, and by nothing else`, { timeout: 120_000 }, async () => {
      const broken = sabotaged(openWorld, saboteur);
      const caught = new Map<string, unknown>();
      const queue = [...cases];
      const worker = async (): Promise<void> => {
        for (let c = queue.pop(); c; c = queue.pop()) {
          await runCase(c, broken).catch((error: unknown) => caught.set(c.id, error));
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
      // A case of several batches sees one only here, so not every named case can notice.
      const others = [...caught].filter(([id]) => !saboteur.caughtBy.some((named) => named === id));
      expect(others.map(([id, error]) => `${id}: ${String(error)}`)).toEqual([]);
      expect(caught.size).toBeGreaterThan(0);
    });
  }
});
