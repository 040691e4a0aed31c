import type { Plan, PlannedSend } from '../plan/plan.ts';
import type { PlannedMailbox } from '../plan/population.ts';
import type { Place } from '../router/place.ts';
import type { RouterLives, StartRouter } from '../router/router.ts';
import type { RemoteTenant } from '../tenant/tenant.ts';

/** What a run needs of the product under test. */
export interface Product {
  readonly startRouter: StartRouter;
  /** What a person does where a mailbox is opened on behalf of its user. */
  signIn(mailbox: Pick<PlannedMailbox, 'id' | 'address'>): Promise<void>;
  /** Hands a mail to the outbox, as often as it takes, and writes down that it was taken. */
  send(mail: PlannedSend): void;
  /** Deliveries that nobody has acknowledged. Only the end of a run depends on it, no count does. */
  openDeliveries(): Promise<number>;
  /** Ids of the outbox entries that wait for a person. */
  heldEntries(): Promise<readonly string[]>;
}

export interface Stage {
  readonly plan: Plan;
  readonly place: Place;
  readonly tenant: RemoteTenant;
  readonly product: Product;
  readonly lives: RouterLives;
  /** How long after the last fault everything has to be closed. */
  readonly patienceMs: number;
  /** So long nothing may come any more in the end: long enough for what is delivered twice to come a second time. */
  readonly quietMs: number;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}
