import type { Mutate } from './mutate.ts';
import type { Probe } from './probe.ts';
import type { Receive } from './receive.ts';
import type { Send } from './send.ts';

/**
 * One mailbox through one protocol, opened and ready: whoever holds it can use it.
 * A facet that is absent is something this transport cannot do.
 * Disposal is idempotent and ends running iterators; every later call throws `transport.closed`.
 */
export interface MailTransport extends AsyncDisposable {
  readonly probe: Probe;
  readonly receive?: Receive;
  readonly mutate?: Mutate;
  readonly send?: Send;
}

/** What a transport can do, as property names of `MailTransport`. `probe` is always there and therefore no facet. */
export type Facet = 'receive' | 'mutate' | 'send';
