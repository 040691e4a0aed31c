import { z } from 'zod';
import type { TenantUser } from '../directory/user.ts';
import { FAULT_NAMES } from '../faults/catalogue.ts';
import type { FaultState } from '../faults/registry.ts';

// What goes over the control endpoint, for both of its ends.

/** The options are looked at with the schema of the fault. */
export const faultOrder = z.strictObject({
  name: z.enum(FAULT_NAMES as [(typeof FAULT_NAMES)[number], ...typeof FAULT_NAMES]),
  options: z.record(z.string(), z.unknown()).default({}),
  times: z.number().int().positive().optional(),
});

export const faultFilter = z.strictObject({ name: faultOrder.shape.name.optional() });
export const faultId = z.strictObject({ id: z.coerce.number().int().positive() });

export const clockOrder = z
  .strictObject({ jumpMs: z.number().int().optional(), set: z.iso.datetime({ offset: true }).optional() })
  .refine(({ jumpMs, set }) => (jumpMs === undefined) !== (set === undefined), { error: 'Give either jumpMs or set', path: ['jumpMs'] });

/** `after`: answers once the clock has moved more often than that, or after a while without. */
export const clockQuery = z.strictObject({ after: z.coerce.number().int().nonnegative().optional() });

export const deliveryOrder = z
  .strictObject({
    rawBase64: z.base64().optional(),
    letter: z.strictObject({ from: z.string(), to: z.string().optional(), subject: z.string().optional(), text: z.string().optional(), html: z.string().optional(), messageId: z.string().optional() }).optional(),
    folder: z.string().optional(),
    arrivedAt: z.iso.datetime({ offset: true }).optional(),
    isRead: z.boolean().optional(),
  })
  .refine(({ rawBase64, letter }) => (rawBase64 === undefined) !== (letter === undefined), { error: 'Give either rawBase64 or letter', path: ['letter'] });

export const sentFilter = z.strictObject({ mailbox: z.string().optional() });
export const mailboxName = z.strictObject({ mailbox: z.string() });
export const userName = z.strictObject({ user: z.string() });

export const userPatch = z
  .strictObject({
    enabled: z.boolean(),
    licensed: z.boolean(),
    imapEnabled: z.boolean(),
    smtpAuthDisabled: z.boolean(),
    password: z.string().min(1),
  })
  .partial();

export interface ClockState {
  readonly now: string;
  readonly offsetMs: number;
  /** Counts jumps. */
  readonly moves: number;
}

export interface DeliveredMail {
  /** The immutable id. */
  readonly id: string;
  readonly folder: string;
  readonly uid: number;
  readonly arrivedAt: string;
}

export interface SentMail {
  readonly mailbox: string;
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly at: string;
  readonly via: 'smtp' | 'graph';
  readonly rawBase64: string;
}

/** Without the password. */
export type UserState = Pick<TenantUser, 'id' | 'userPrincipalName' | 'displayName' | 'addresses' | 'kind' | 'enabled' | 'licensed' | 'imapEnabled' | 'smtpAuthDisabled'>;

export interface FaultDescription {
  readonly name: string;
  readonly options: object;
}

export interface ControlAnswers {
  readonly faults: { readonly faults: readonly FaultState[] };
  readonly fault: FaultState;
  readonly clock: ClockState;
  readonly delivered: DeliveredMail;
  readonly sent: { readonly mail: readonly SentMail[] };
  readonly users: { readonly users: readonly UserState[] };
  readonly user: UserState;
}

export type ControlErrorCode = 'unauthorized' | 'invalid-request' | 'not-found' | 'refused' | 'failed';

/** What is wrong with one part of a request, and what to do about it. */
export interface ControlProblem {
  /** Which part of the request. */
  readonly place: 'body' | 'query' | 'path' | 'header';
  /** `options.ms`; empty when it is about the whole. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

export interface ControlFailure {
  readonly error: { readonly code: ControlErrorCode; readonly message: string; readonly problems: readonly ControlProblem[] };
}
