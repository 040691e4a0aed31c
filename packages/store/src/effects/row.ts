import { randomUUID } from 'node:crypto';
import { secret } from '@signalbox/core';
import type { Keyring } from '../crypto/keyring.ts';

/** Something that is to be done in a mailbox. */
export interface NewEffect {
  readonly kind: string;
  /** JSON, beside the facts of the delivery that it was made from: kept sealed. */
  readonly target?: unknown;
}

export interface EffectParts {
  readonly mailbox: string;
  readonly delivery: string;
  readonly facts: unknown;
  readonly effect: NewEffect;
  readonly trace?: string | null | undefined;
}

/** A row of the journal, but for the time at which it is due. */
export function effectRow(keyring: Keyring, { mailbox, delivery, facts, effect: { kind, target }, trace = null }: EffectParts) {
  const id = randomUUID();
  const { sealed, keyId } = keyring.seal('effect', id, secret(JSON.stringify({ facts, target })));
  return { id, mailbox, delivery, kind, sealed, key_id: keyId, state: 'waiting' as const, attempts: 0, trace };
}
