import type { ErrorFacts } from '@signalbox/core';

/**
 * What the router and its store throw of their own, beside the codes that core has for plugins. Same fields, another table:
 * no plugin ever throws one of these. docs/errors.md is kept equal to it by a test.
 */
export const ROUTER_ERROR_CODES = {
  'lease.lost': { retry: 'safe', affects: 'mailbox' },
  'store.in-use': { retry: 'after-remedy', affects: 'endpoint' },
  'mailbox.unknown': { retry: 'never', affects: 'mailbox' },
  'delivery.not-found': { retry: 'never', affects: 'item' },
  'receipt.stale': { retry: 'never', affects: 'item' },
  'config.conflict': { retry: 'never', affects: 'endpoint' },
  'switch.refused': { retry: 'after-remedy', affects: 'mailbox' },
} as const satisfies Readonly<Record<string, ErrorFacts>>;

export type RouterErrorCode = keyof typeof ROUTER_ERROR_CODES;
