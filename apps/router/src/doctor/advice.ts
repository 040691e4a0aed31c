import type { MailError, MailErrorCode, Remedy, RemedyAction } from '@signalbox/core';
import type { CheckName, Direction } from '@signalbox/router';
import type { FlowUse } from '../azure-setup/plan.ts';
import { SOURCES } from '../azure-setup/sources.ts';

/** What a failure is told by. Never by words. */
export interface Complaint {
  readonly check: CheckName;
  readonly direction: Direction;
  readonly flow: FlowUse['flow'];
  readonly severity: 'error' | 'warning';
  readonly error: Pick<MailError, 'code' | 'remedy'>;
}

/** Every condition that is given has to hold. */
interface Rule {
  readonly check?: readonly CheckName[];
  readonly flow?: readonly FlowUse['flow'][];
  readonly direction?: Direction;
  readonly severity?: 'error' | 'warning';
  readonly code?: readonly MailErrorCode[];
  readonly action?: readonly RemedyAction[];
  readonly who?: Remedy['who'];
  /** Where the remedy sends people: a stable address is as good as a code. */
  readonly url?: string;
  /** Names of steps of azure-setup, in the order in which to take them. */
  readonly steps: readonly string[];
}

const GRAPH = ['o365-client-credentials'] as const;
const PERSON = ['o365-on-behalf-of'] as const;
const IMAP_APPLICATION = ['o365-imap-client-credentials'] as const;
const APPLICATION = [...GRAPH, ...IMAP_APPLICATION] as const;
const SOMEBODY = ['o365-on-behalf-of', 'imap-smtp'] as const;

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  { url: SOURCES.smtpAuth.url, steps: ['smtp-auth'] },
  { url: SOURCES.disabledApplication.url, steps: ['enable-application'] },

  // What was granted
  { check: ['consent'], flow: [...PERSON, ...APPLICATION], steps: ['admin-consent'] },
  { check: ['permissions'], severity: 'warning', flow: GRAPH, steps: ['no-tenant-wide-grant'] },
  { check: ['permissions'], flow: GRAPH, steps: ['graph-permissions', 'admin-consent'] },
  { check: ['permissions'], flow: IMAP_APPLICATION, steps: ['exchange-permissions', 'admin-consent'] },
  { check: ['permissions'], flow: PERSON, steps: ['delegated-permissions', 'admin-consent'] },

  // The token
  { check: ['token'], action: ['sign-in-again'], flow: PERSON, steps: ['sign-in'] },
  { check: ['token'], code: ['access.denied'], action: ['grant-mailbox-access'], steps: ['conditional-access'] },
  { check: ['token'], action: ['replace-credential'], flow: APPLICATION, steps: ['credential'] },
  { check: ['token'], code: ['auth.rejected'], action: ['fix-config'], who: 'tenant-admin', flow: PERSON, steps: ['account-state'] },
  { check: ['token'], code: ['config.invalid'], who: 'tenant-admin', flow: PERSON, steps: ['public-client'] },
  { check: ['token'], code: ['config.invalid'], flow: [...APPLICATION, ...PERSON], steps: ['register-application'] },

  // What the server makes of it
  // IMAP lets an application in and then closes the mailbox to it, SMTP does not even let it in.
  { check: ['sign-in'], code: ['auth.rejected', 'auth.interaction-required'], direction: 'receive', flow: IMAP_APPLICATION, steps: ['exchange-service-principal'] },
  { check: ['sign-in'], code: ['auth.rejected', 'auth.interaction-required'], direction: 'send', flow: IMAP_APPLICATION, steps: ['exchange-service-principal', 'mailbox-permission', 'send-as'] },
  { check: ['sign-in'], action: ['sign-in-again', 'replace-credential'], flow: PERSON, steps: ['sign-in'] },
  { check: ['mailbox'], code: ['mailbox.not-found'], flow: [...APPLICATION, ...PERSON], steps: ['mailbox-exists'] },
  { check: ['mailbox'], code: ['access.denied'], action: ['grant-mailbox-access'], flow: GRAPH, steps: ['access-policy', 'mailbox-scope', 'test-mailbox-scope'] },
  { check: ['mailbox', 'send'], code: ['access.denied'], flow: GRAPH, steps: ['mailbox-scope', 'test-mailbox-scope'] },
  { check: ['mailbox'], code: ['access.denied'], direction: 'receive', flow: IMAP_APPLICATION, steps: ['mailbox-permission', 'imap-enabled'] },
  { check: ['mailbox'], code: ['access.denied'], direction: 'receive', flow: SOMEBODY, steps: ['imap-enabled', 'full-access-person'] },
  { check: ['mailbox'], code: ['access.denied'], direction: 'send', steps: ['conditional-access'] },
  { check: ['send'], code: ['sender.refused', 'access.denied'], flow: IMAP_APPLICATION, steps: ['send-as', 'smtp-auth'] },
  { check: ['send'], code: ['sender.refused'], flow: SOMEBODY, steps: ['send-as-person'] },
  { check: ['send'], code: ['access.denied'], flow: SOMEBODY, steps: ['smtp-auth'] },
];

/** Names of the steps that put a failure right; none where its remedy says everything. */
export const stepsAgainst = (complaint: Complaint): readonly string[] => RULES.find((rule) => fits(rule, complaint))?.steps ?? [];

function fits(rule: Rule, { check, direction, flow, severity, error: { code, remedy } }: Complaint): boolean {
  const { action, who, url } = remedy ?? {};
  return (
    within(rule.check, check) && within(rule.flow, flow) && within(rule.code, code) && within(rule.action, action) &&
    (rule.direction ?? direction) === direction && (rule.severity ?? severity) === severity && (rule.url ?? url) === url && (rule.who ?? who) === who
  );
}

const within = <Value>(wanted: readonly Value[] | undefined, value: Value | undefined): boolean => wanted === undefined || (value !== undefined && wanted.includes(value));
