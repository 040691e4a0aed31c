import type { Direction } from '@signalbox/router';
import type { CloudName } from './clouds.ts';

/** The flows that need something of an administrator at Microsoft. */
export const SETUP_FLOWS = ['o365-client-credentials', 'o365-on-behalf-of', 'o365-imap-client-credentials'] as const;
export type SetupFlow = (typeof SETUP_FLOWS)[number];

export const CREDENTIALS = ['secret', 'certificate', 'federated', 'managed-identity'] as const;
export type CredentialChoice = (typeof CREDENTIALS)[number];

/** How far the application reaches through Graph: the named mailboxes alone, or every mailbox of the organisation. */
export const REACHES = ['mailboxes', 'organization'] as const;
export type Reach = (typeof REACHES)[number];

/** Which mailboxes use a flow, by direction. A direction that nobody uses is absent; an empty list stands for mailboxes not named yet. */
export interface FlowUse {
  /** `imap-smtp`: IMAP and SMTP with somebody else's token or a password; only for advice. */
  readonly flow: SetupFlow | 'imap-smtp';
  readonly receive?: readonly string[];
  readonly send?: readonly string[];
}

/** What is to be set up: one application in one tenant. Holds no secret. */
export interface SetupPlan {
  /** The entry of `entra` it belongs to, where there are several. */
  readonly name?: string;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly cloud: CloudName;
  readonly credential: CredentialChoice;
  readonly reach: Reach;
  readonly uses: readonly FlowUse[];
}

export const uses = ({ uses: all }: SetupPlan, flow: FlowUse['flow'], direction?: Direction): boolean =>
  all.some((use) => use.flow === flow && (direction === undefined || use[direction] !== undefined));

/** Addresses in the order of the configuration, each once. */
export const mailboxesOf = ({ uses: all }: SetupPlan, flows: readonly FlowUse['flow'][], direction?: Direction): readonly string[] => [
  ...new Set(all.filter(({ flow }) => flows.includes(flow)).flatMap((use) => (direction ? (use[direction] ?? []) : [...(use.receive ?? []), ...(use.send ?? [])]))),
];

/** Whether the application signs in as itself, and so needs a credential of its own. */
export const isConfidential = (plan: SetupPlan): boolean => uses(plan, 'o365-client-credentials') || uses(plan, 'o365-imap-client-credentials');

/** Whether Exchange limits the application to the named mailboxes, by RBAC for Applications. */
export const isScoped = (plan: SetupPlan): boolean => uses(plan, 'o365-client-credentials') && plan.reach === 'mailboxes';
