import { z } from 'zod';
import { CLOUDS, type Cloud } from './http/clouds.ts';

const milliseconds = z.int().positive();

/** So that a sweep, and with it a sign of life, comes at least every five minutes. */
const LONGEST_POLL_MS = 4.5 * 60_000;

const fields = z.strictObject({
  cloud: z.enum(Object.keys(CLOUDS) as [Cloud, ...Cloud[]]).default('global'),
  /** Instead of the cloud's own: a gateway, or a test double. Ends in the API's version. */
  baseUrl: z.url({ protocol: /^https$/ }).optional(),
  /** User principal name or directory id, where Graph does not know the mailbox by its address. */
  user: z.string().min(1).optional(),
  /** OAuth scopes to ask the credential provider for; everything the application was granted when absent. */
  scopes: z.array(z.string().min(1)).min(1).optional(),
  /** Requests to this mailbox at one time. Exchange Online takes four of an application (FACTS.md E12). */
  maxConcurrency: z.int().min(2).max(4).default(4),
  /** How often a watch looks for changes by itself. */
  pollIntervalMs: milliseconds.max(LONGEST_POLL_MS).default(30_000),
  /** A request without any octet of answer for this long has failed. */
  requestTimeoutMs: milliseconds.default(60_000),
  /** How long one call waits for a server that wants less; beyond it fails with `throttled` or `unavailable`. */
  throttlePatienceMs: z.int().nonnegative().default(10_000),
  send: z
    .strictObject({
      /** `send-mail` sends in one step: for applications that have Mail.Send and not Mail.ReadWrite. */
      mode: z.enum(['draft', 'send-mail']).default('draft'),
      /** The largest message the mailbox may send (MaxSendSize): Graph does not tell. */
      maxBytes: z.int().positive().optional(),
    })
    .prefault({}),
});

export const graphConfig = fields.transform(({ baseUrl, scopes, ...config }) => {
  const host = CLOUDS[config.cloud];
  const wanted: readonly string[] = scopes ?? [`https://${host}/.default`];
  return { ...config, baseUrl: (baseUrl ?? `https://${host}/v1.0`).replace(/\/+$/, ''), scopes: wanted };
});

export type GraphConfig = z.output<typeof graphConfig>;
