import { createHash } from 'node:crypto';

export interface RefreshSettings {
  readonly directory: string;
  readonly leaseMs: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly ca: string;
  /** What the tenant has answered, in order. */
  readonly journal: string;
  /** By how much the clock is ahead. */
  readonly aheadMs: number;
}

const digest = (text: unknown): string => (typeof text === 'string' ? createHash('sha256').update(text).digest('hex').slice(0, 16) : '-');

/** Digests of the tokens in an answer, so that two can be compared: access, refresh. `undefined` where there is none. */
export function noteOf(json: string): string | undefined {
  const { access_token: access, refresh_token: refresh } = parsed(json);
  return access === undefined ? undefined : `${digest(access)} ${digest(refresh)}`;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
