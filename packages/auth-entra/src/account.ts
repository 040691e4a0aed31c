import { type Mailbox, MailError, type Remedy } from '@signalbox/core';
import type { Services } from './services.ts';

/** Who signs in for a mailbox: its owner, unless somebody else is named, as for a shared one. */
export const accountOf = ({ config }: Pick<Services, 'config'>, mailbox: Mailbox): string => config.account ?? config.username ?? mailbox.address;

export const signInRemedy = (account: string): Remedy => ({ who: 'mailbox-user', action: 'sign-in-again', text: `Sign in as ${account}.` });

export const nobodySignedIn = ({ config }: Services, account: string): MailError =>
  new MailError('auth.interaction-required', `Nobody has signed in as ${account} to the application ${config.clientId}.`, { remedy: signInRemedy(account) });
