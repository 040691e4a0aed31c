import type { TenantContext } from '../door.ts';
import { createDoorView, type DoorView } from '../store/door-view.ts';
import { createStructureReader, type StructureReader } from './messages/structure.ts';
import { createMessageOrder, type MessageOrder } from './messages/order.ts';
import type { Message } from '../store/message.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions/registry.ts';
import { createUploadSessions, type UploadSessions } from './uploads/sessions.ts';
import { type DeltaTokens, createDeltaTokens } from './delta/tokens.ts';

/** What the resources of this door share. */
export interface GraphContext extends TenantContext {
  readonly view: DoorView;
  readonly structure: StructureReader;
  readonly order: MessageOrder;
  readonly deltaTokens: DeltaTokens;
  readonly throttle: Throttle;
  readonly uploads: UploadSessions;
  readonly subscriptions: Subscriptions;
  /** Drafts that were accepted for sending: they cannot be sent a second time, wherever they lie. */
  readonly submitted: WeakSet<Message>;
}

export function createGraphContext(context: TenantContext): GraphContext {
  return {
    ...context,
    view: createDoorView('graph', context),
    structure: createStructureReader(),
    order: createMessageOrder(),
    deltaTokens: createDeltaTokens(),
    throttle: createThrottle(context),
    uploads: createUploadSessions(context.clock),
    subscriptions: createSubscriptions(context),
    submitted: new WeakSet(),
  };
}
