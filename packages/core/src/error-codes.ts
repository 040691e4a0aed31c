/** May the same call be repeated? */
export type Retry =
  /** Unchanged, after `retryAfterMs` if set. */
  | 'safe'
  /** Not before `remedy` has been carried out. */
  | 'after-remedy'
  /** Drop the cursor and list the folder anew. */
  | 'restart'
  /** It may have taken effect: look before repeating. */
  | 'unknown-outcome'
  | 'never';

/** What is broken, and therefore what a router may stop using. */
export type BlastRadius = 'item' | 'folder' | 'mailbox' | 'tenant' | 'endpoint';

export interface ErrorFacts {
  readonly retry: Retry;
  readonly affects: BlastRadius;
}

/** One row per code that a plugin may throw; docs/errors.md is kept equal to this table by a test. */
export const ERROR_CODES = {
  'config.invalid': { retry: 'never', affects: 'mailbox' },
  'plugin.incompatible': { retry: 'never', affects: 'endpoint' },
  'capability.unsupported': { retry: 'never', affects: 'item' },
  'transport.closed': { retry: 'never', affects: 'mailbox' },
  'auth.interaction-required': { retry: 'after-remedy', affects: 'mailbox' },
  'auth.rejected': { retry: 'after-remedy', affects: 'mailbox' },
  'auth.method-disabled': { retry: 'after-remedy', affects: 'tenant' },
  'auth.wrong-account': { retry: 'after-remedy', affects: 'mailbox' },
  'access.denied': { retry: 'after-remedy', affects: 'mailbox' },
  'mailbox.not-found': { retry: 'after-remedy', affects: 'mailbox' },
  'folder.not-found': { retry: 'never', affects: 'folder' },
  'message.not-found': { retry: 'never', affects: 'item' },
  'cursor.expired': { retry: 'restart', affects: 'folder' },
  'cursor.foreign': { retry: 'restart', affects: 'folder' },
  'throttled': { retry: 'safe', affects: 'mailbox' },
  'unavailable': { retry: 'safe', affects: 'endpoint' },
  'timeout': { retry: 'safe', affects: 'endpoint' },
  'connection.lost': { retry: 'safe', affects: 'mailbox' },
  'tls.failed': { retry: 'after-remedy', affects: 'endpoint' },
  'quota.exceeded': { retry: 'after-remedy', affects: 'mailbox' },
  'message.too-large': { retry: 'never', affects: 'item' },
  'message.refused': { retry: 'never', affects: 'item' },
  'sender.refused': { retry: 'after-remedy', affects: 'mailbox' },
  'recipient.refused': { retry: 'never', affects: 'item' },
  'delivery.unknown': { retry: 'unknown-outcome', affects: 'item' },
  'partial-failure': { retry: 'never', affects: 'item' },
  'protocol.violation': { retry: 'safe', affects: 'endpoint' },
} as const satisfies Readonly<Record<string, ErrorFacts>>;

export type MailErrorCode = keyof typeof ERROR_CODES;
