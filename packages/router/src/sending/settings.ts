import type { Config } from '../config/config.ts';
import type { MailDefaults } from './mail.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface SendingSettings extends MailDefaults {
  /** What happens to a mail that may have left where nothing can prove it: a person decides, or it is sent again. */
  readonly unproven: 'hold' | 'resend';
  /** How long after the end of an attempt a mail that is not found is taken for not sent: servers file copies late (FACTS.md E6). */
  readonly absentAfterMs: number;
  /** How long an attempt may take at the wire. */
  readonly attemptMs: number;
  /** How long a mail is tried. */
  readonly giveUpAfterMs: number;
  /** Mails of one mailbox under way at once, where its configuration does not say. */
  readonly concurrency: number;
  /** Mails of all mailboxes under way at once. */
  readonly total: number;
  /** Content and addresses are kept so long after the end. */
  readonly keepContentMs: number;
  /** The rest is kept so long after the end. */
  readonly keepEntryMs: number;
  /** How often it is looked for what other processes have submitted. */
  readonly pollMs: number;
  /** How long the lease on a mailbox is kept that has nothing to send. */
  readonly idleMs: number;
  /** How long mails under way are waited for when the engine is stopped. */
  readonly stopMs: number;
}

export const SENDING_DEFAULTS: SendingSettings = {
  unproven: 'hold',
  absentAfterMs: 15 * MINUTE,
  attemptMs: 5 * MINUTE,
  giveUpAfterMs: 2 * DAY,
  concurrency: 3,
  total: 64,
  keepContentMs: 7 * DAY,
  keepEntryMs: 30 * DAY,
  pollMs: SECOND,
  idleMs: 10 * SECOND,
  stopMs: 30 * SECOND,
};

/** What a configuration says of them. */
export function sendingSettingsOf({ outgoing, retention }: Pick<Config, 'outgoing' | 'retention'>): Partial<SendingSettings> {
  const { mode: _mode, relay: _relay, ...settings } = outgoing;
  const { outboxMs: keepContentMs, sentMs: keepEntryMs } = retention;
  return { ...settings, ...(keepContentMs !== undefined && { keepContentMs }), ...(keepEntryMs !== undefined && { keepEntryMs }) };
}
