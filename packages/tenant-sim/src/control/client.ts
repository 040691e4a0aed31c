import type { z } from 'zod';
import type { FaultInput, FaultName } from '../faults/catalogue.ts';
import type { FaultState } from '../faults/registry.ts';
import { type ControlAddress, ControlError, createCaller, type Caller } from './call.ts';
import type { ClockState, ControlAnswers, deliveryOrder, DeliveredMail, SentMail, userPatch, UserState } from './contract.ts';
import { type FollowedClock, followClock } from './followed-clock.ts';

/** A fault set from afar. Disposing of it clears it. */
export interface RemoteFault extends AsyncDisposable {
  readonly id: number;
  state(): Promise<FaultState>;
}

export type Letter = NonNullable<z.input<typeof deliveryOrder>['letter']>;

export interface Delivery {
  /** Well-known name; default inbox. */
  readonly folder?: string;
  /** Default: now, by the tenant's clock. */
  readonly arrivedAt?: Date;
  readonly isRead?: boolean;
}

export interface Sent extends Omit<SentMail, 'at' | 'rawBase64'> {
  readonly at: Date;
  readonly raw: Buffer;
}

/** What a test can do to a tenant that runs in another process. Disposal ends the connection; faults stay as they are. */
export interface TenantControl extends AsyncDisposable {
  readonly faults: {
    set<N extends FaultName>(name: N, options?: FaultInput<N>, use?: { readonly times?: number }): Promise<RemoteFault>;
    /** Every fault set since the start or the last reset, oldest first, and how often each has struck. */
    list(): Promise<readonly FaultState[]>;
    clear(name?: FaultName): Promise<void>;
  };
  readonly clock: {
    read(): Promise<ClockState>;
    jump(ms: number): Promise<ClockState>;
    set(instant: Date): Promise<ClockState>;
    /** For the process under test, which may take it only where it is told to run as a test. */
    follow(): Promise<FollowedClock>;
  };
  readonly mail: {
    /** As if it had just arrived, faults of delivery included. */
    deliver(mailbox: string, mail: Uint8Array | Letter, delivery?: Delivery): Promise<DeliveredMail>;
    submitted(mailbox?: string): Promise<readonly Sent[]>;
    outbound(mailbox?: string): Promise<readonly Sent[]>;
  };
  readonly users: {
    list(): Promise<readonly UserState[]>;
    update(user: string, patch: z.input<typeof userPatch>): Promise<UserState>;
  };
  /** Everything is as when the tenant started; what it gave out before is void. */
  reset(): Promise<void>;
}

/** Rejects where nothing answers, or where the secret is another tenant's. */
export async function connectControl(address: ControlAddress): Promise<TenantControl> {
  const caller = createCaller(address);
  const { call } = caller;
  try {
    await call('GET', '/clock');
  } catch (error) {
    await caller[Symbol.asyncDispose]();
    throw error;
  }
  return {
    faults: {
      set: async (name, options = {} as never, { times } = {}) => remoteFault(caller, await call('POST', '/faults', { body: { name, options, ...(times !== undefined && { times }) } })),
      list: async () => (await call<ControlAnswers['faults']>('GET', '/faults')).faults,
      clear: (name) => call('DELETE', '/faults', { query: { name } }),
    },
    clock: {
      read: () => call('GET', '/clock'),
      jump: (ms) => call('POST', '/clock', { body: { jumpMs: ms } }),
      set: (instant) => call('POST', '/clock', { body: { set: instant.toISOString() } }),
      follow: () => followClock(caller),
    },
    mail: {
      deliver: (mailbox, mail, { arrivedAt, ...delivery } = {}) =>
        call('POST', `/mailboxes/${encodeURIComponent(mailbox)}/messages`, {
          body: { ...delivery, ...(arrivedAt && { arrivedAt: arrivedAt.toISOString() }), ...(mail instanceof Uint8Array ? { rawBase64: Buffer.from(mail).toString('base64') } : { letter: mail }) },
        }),
      submitted: (mailbox) => sent(caller, '/mail/submitted', mailbox),
      outbound: (mailbox) => sent(caller, '/mail/outbound', mailbox),
    },
    users: {
      list: async () => (await call<ControlAnswers['users']>('GET', '/users')).users,
      update: (user, patch) => call('PATCH', `/users/${encodeURIComponent(user)}`, { body: patch }),
    },
    reset: () => call('POST', '/reset'),
    [Symbol.asyncDispose]: () => caller[Symbol.asyncDispose](),
  };
}

const remoteFault = ({ call }: Caller, { id }: FaultState): RemoteFault => ({
  id,
  state: () => call('GET', `/faults/${id}`),
  async [Symbol.asyncDispose]() {
    try {
      await call('DELETE', `/faults/${id}`);
    } catch (error) {
      // A reset has forgotten it already.
      if (!(error instanceof ControlError && error.code === 'not-found')) throw error;
    }
  },
});

async function sent({ call }: Caller, path: string, mailbox: string | undefined): Promise<readonly Sent[]> {
  const { mail } = await call<ControlAnswers['sent']>('GET', path, { query: { mailbox } });
  return mail.map(({ at, rawBase64, ...rest }) => ({ ...rest, at: new Date(at), raw: Buffer.from(rawBase64, 'base64') }));
}
