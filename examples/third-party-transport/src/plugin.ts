import { defineTransport } from '@signalbox/core';
import { z } from 'zod';
import { openPickup } from './transport.ts';

export const pickupConfig = z.strictObject({
  /** Where the mail server collects what it is to send. */
  directory: z.string().min(1),
});

export type PickupConfig = z.output<typeof pickupConfig>;

/** What Signalbox loads: the one export of the package. */
export const plugin = defineTransport({
  kind: 'transport',
  name: 'pickup',
  version: '1.0.0',
  contract: '^1.0',
  config: pickupConfig,
  facets: ['send'],
  // Whoever may write into the directory may send: there is nothing to sign in to.
  credentials: [],
  open: (context, options) => openPickup(context, options),
});
