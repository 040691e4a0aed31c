import { type AuthDeadline, secret } from '@signalbox/core';
import { z } from 'zod';
import { daysLeft } from './calendar.ts';
import { readRecord, type Services, storeKey } from './services.ts';

/** Days before. The nearest one reached is told, once, and with it all that lie further away. */
export const THRESHOLDS = [60, 30, 14, 7, 1] as const;

const told = z.record(z.string(), z.object({ at: z.number(), threshold: z.number() }));
type Told = z.output<typeof told>;

/** Warns of deadlines in the log, each threshold once, over restarts and over processes. */
export interface Reminders {
  /** Costs nothing while no threshold is reached that was not told here before. */
  announce(of: string, deadlines: readonly AuthDeadline[]): Promise<void>;
}

export function createReminders(services: Services): Reminders {
  const { tokens, clock, log, config, lifetime } = services;
  const timeZone = config.renewal?.timeZone ?? 'UTC';
  const known = new Map<string, Told>();

  return {
    async announce(of, deadlines) {
      const now = clock.now();
      const reached = deadlines.flatMap((deadline) => {
        const days = daysLeft(now, deadline.at, timeZone);
        const threshold = deadline.at <= now ? 0 : THRESHOLDS.findLast((limit) => days <= limit);
        return threshold === undefined ? [] : [{ deadline, days, threshold }];
      });
      const isNews = (before: Told | undefined, { deadline: { what, at }, threshold }: (typeof reached)[number]): boolean => {
        const last = before?.[what];
        return last?.at !== at.getTime() || threshold < last.threshold;
      };
      if (!reached.some((entry) => isNews(known.get(of), entry))) return;
      let news: typeof reached = [];
      const stored = await tokens.update(
        storeKey(services, 'reminders', of),
        async (current) => {
          const before = readRecord(told, current) ?? {};
          news = reached.filter((entry) => isNews(before, entry));
          const toldNow = Object.fromEntries(news.map(({ deadline: { what, at }, threshold }) => [what, { at: at.getTime(), threshold }]));
          return news.length === 0 ? current : secret(JSON.stringify({ ...before, ...toldNow }));
        },
        { signal: lifetime },
      );
      known.set(of, readRecord(told, stored) ?? {});
      for (const { deadline, days, threshold } of news) {
        const fields = { what: deadline.what, of, tenant: config.tenant, clientId: config.clientId, at: deadline.at.toISOString(), remedy: deadline.remedy.text };
        if (threshold === 0) log.log('error', 'auth.deadline-passed', fields);
        else log.log('warn', 'auth.deadline-near', { ...fields, daysLeft: days, threshold });
      }
    },
  };
}
