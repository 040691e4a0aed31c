import type { Secret } from '@signalbox/core';
import type { ConfigPath } from './positions.ts';

/**
 * A field is a secret by its name, also in the settings of plugins that nobody here knows:
 * `password`, `clientSecret`, `accessToken`, `privateKey`, `apiKey`.
 */
const SECRET_NAME = /(?:password|passphrase|secret|token|(?:^|private|api|access)key)$/i;
/** Shown to nobody either, though its value stays a text: an address may hold a password. */
const NEVER_SHOWN = /^(?:proxy|publicUrl)$/i;

export const isSecretField = (path: ConfigPath): boolean => SECRET_NAME.test(fieldName(path));

/** Whether a value must stay out of every message: it is in a secret field, or below one. */
export const mayBeShown = (path: ConfigPath): boolean =>
  !path.some((step) => typeof step === 'string' && (SECRET_NAME.test(step) || NEVER_SHOWN.test(step)));

export const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';

/** The name that a value stands under: of a list's entries, the list's. */
export function fieldName(path: ConfigPath): string {
  const name = path.findLast((step) => typeof step === 'string');
  return name ?? '';
}
