import { MailError, type MailErrorCode, type Plugin, type Remedy } from '@signalbox/core';

/** Why a plugin is not used, with as much of its identity as could be read. */
export interface Refusal {
  readonly error: MailError;
  readonly kind?: Plugin['kind'];
  readonly name?: string;
}

interface RefusalText {
  readonly code?: Extract<MailErrorCode, 'config.invalid' | 'plugin.incompatible'>;
  readonly message: string;
  readonly remedy: string;
  readonly who?: Remedy['who'];
  readonly cause?: unknown;
}

export const refuse = ({ code = 'config.invalid', message, remedy, who = 'operator', cause }: RefusalText, identity: Omit<Refusal, 'error'> = {}): Refusal => ({
  ...identity,
  error: new MailError(code, message, {
    remedy: { who, action: code === 'plugin.incompatible' ? 'upgrade-plugin' : who === 'plugin-author' ? 'report-bug' : 'fix-config', text: remedy },
    ...(cause !== undefined && { cause }),
  }),
});
