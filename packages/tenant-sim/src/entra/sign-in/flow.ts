import { randomBytes } from 'node:crypto';
import type { TenantClock } from '../../clock.ts';
import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import type { ClaimsRequest } from '../claims-request.ts';
import type { EntraError } from '../error.ts';
import type { Proof } from '../grant-store.ts';
import type { Answer } from './answer.ts';

/** What the consent page shows, and what accepting does. */
export interface ConsentQuestion {
  readonly title: string;
  readonly permissions: readonly { readonly title: string; readonly text: string }[];
  /** Whether this user may answer it; others are told to find an administrator. */
  readonly allowed: boolean;
  /** Whether the user may answer for everybody. */
  readonly forAll: boolean;
  accept(forAll: boolean): void;
}

/** What somebody signs in for. */
export interface SignInGoal {
  readonly clientId: string;
  readonly claims: ClaimsRequest;
  /** Asks "are you trying to sign in to …?" first, as for a code that was typed from elsewhere. */
  readonly confirm?: true;
  consent(app: AppRegistration, user: TenantUser, always: boolean): ConsentQuestion | undefined;
  complete(proof: Proof, user: TenantUser): Answer | Promise<Answer>;
  fail(refusal: EntraError): Answer;
}

export type Prompt = 'login' | 'none' | 'consent' | 'select_account';

/** How far somebody has come. */
export interface SignInFlow {
  readonly id: string;
  readonly goal: SignInGoal;
  readonly startedAt: Date;
  readonly prompt?: Prompt;
  /** The name to begin with. */
  readonly hint?: string;
  confirmed: boolean;
  userId: string | undefined;
  proof: Proof | undefined;
  consented: boolean;
}

export interface SignInFlows {
  start(goal: SignInGoal, options?: { readonly prompt?: Prompt; readonly hint?: string }): SignInFlow;
  /** Undefined for one that never was, is done, or took too long. */
  find(id: string): SignInFlow | undefined;
  end(flow: SignInFlow): void;
}

const LIFETIME = 900_000;

export function createFlows(clock: TenantClock): SignInFlows {
  const flows = new Map<string, SignInFlow>();
  const isOver = ({ startedAt }: SignInFlow): boolean => clock.now().getTime() >= startedAt.getTime() + LIFETIME;
  return {
    start(goal, options = {}) {
      for (const [id, flow] of flows) if (isOver(flow)) flows.delete(id);
      const flow: SignInFlow = { id: randomBytes(24).toString('base64url'), goal, startedAt: clock.now(), ...options, confirmed: !goal.confirm, userId: undefined, proof: undefined, consented: false };
      flows.set(flow.id, flow);
      return flow;
    },
    find(id) {
      const flow = flows.get(id);
      return flow && !isOver(flow) ? flow : undefined;
    },
    end: ({ id }) => void flows.delete(id),
  };
}
