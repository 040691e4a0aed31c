import type { Delivery } from '@signalbox/router';

/** The part of a delivery that handing it over needs. */
export type HandedDelivery = Pick<
  Delivery,
  'id' | 'mailbox' | 'attempt' | 'receivedAt' | 'kind' | 'messageId' | 'from' | 'subject' | 'sentAt' | 'size' | 'sameMessageIdAs' | 'own' | 'raw' | 'ack' | 'nack'
>;

/** Where deliveries go. */
export interface Consumer {
  /** Returns once the delivery is in safe hands, and throws where it is not. Handed the same id again, it makes no second of it. */
  take(delivery: HandedDelivery, options: { readonly signal: AbortSignal }): Promise<void>;
}
