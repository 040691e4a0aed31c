import type { Delivery } from '@signalbox/router';

/** The part of a delivery that handing it over needs. */
export type HandedDelivery = Pick<
  Delivery,
  'id' | 'mailbox' | 'attempt' | 'receivedAt' | 'kind' | 'messageId' | 'from' | 'subject' | 'sentAt' | 'size' | 'sameMessageIdAs' | 'own' | 'trace' | 'visibleUntil' | 'raw' | 'ack' | 'nack' | 'extend'
>;

/** Where deliveries go. */
export interface Consumer {
  /** Returns once the delivery is in safe hands, and throws where it is not. Handed the same id again, it makes no second of it. */
  take(delivery: HandedDelivery, options: { readonly signal: AbortSignal }): Promise<void>;
  /** The delivery is acknowledged: it is not handed over again, and what was noted for that case can go. Never throws. */
  acknowledged?(delivery: Pick<HandedDelivery, 'id' | 'mailbox' | 'receivedAt'>): Promise<void>;
}
