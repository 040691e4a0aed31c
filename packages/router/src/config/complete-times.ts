import type { ReceivingConfig, RetentionConfig } from './config.ts';
import { durationMs } from './fields.ts';
import type { FileConfig } from './schema.ts';

type Texts<Name extends string> = Readonly<Partial<Record<Name, string | undefined>>>;

/** `audit: 1h` is `auditMs: 3600000`; what is not said is absent. */
export function inMilliseconds<Name extends string>(texts: Texts<Name>, names: readonly Name[]): Readonly<Partial<Record<`${Name}Ms`, number>>> {
  const given = names.flatMap((name) => {
    const text = texts[name];
    const ms = text === undefined ? undefined : durationMs(text);
    return ms === undefined ? [] : [[`${name}Ms`, ms] as const];
  });
  return Object.fromEntries(given) as Readonly<Partial<Record<`${Name}Ms`, number>>>;
}

export function completeReceiving({ maxAttempts, mostOpen, ...texts }: NonNullable<FileConfig['receiving']> = {}): ReceivingConfig {
  return { ...inMilliseconds(texts, ['audit', 'heartbeat', 'visibility']), ...(maxAttempts !== undefined && { maxAttempts }), ...(mostOpen !== undefined && { mostOpen }) };
}

export const completeRetention = (texts: NonNullable<FileConfig['retention']> = {}): RetentionConfig => inMilliseconds(texts, ['outbox', 'sent', 'ledger', 'effects', 'revisions', 'audit']);
