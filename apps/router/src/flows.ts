import type { Flow } from '@signalbox/router';

/** Exchange Online files the copy of what was submitted by SMTP (FACTS.md C6): a second one would be ours. */
const submission = { sentCopy: 'automatic' };

/**
 * The flows that every configuration can use by name. Concrete plugins are named here and in bundled-plugins.ts, and nowhere else;
 * a configuration may add flows of its own, or replace one of these, under `flows`.
 * A flow whose plugin is not installed breaks the mailboxes on it, and nothing else.
 */
export const flows: Readonly<Record<string, Flow>> = {
  'o365-client-credentials': {
    receive: { transport: 'graph', auth: 'entra', settings: 'entra', sharedSettings: ['cloud'], authOptions: { grant: 'client-credentials' } },
    send: { transport: 'graph', auth: 'entra', settings: 'entra', sharedSettings: ['cloud'], authOptions: { grant: 'client-credentials' } },
  },
  'o365-on-behalf-of': {
    receive: { transport: 'imap', auth: 'entra', settings: 'entra', authOptions: { grant: 'delegated' } },
    send: { transport: 'smtp', auth: 'entra', settings: 'entra', transportOptions: submission, authOptions: { grant: 'delegated' } },
  },
  'o365-imap-client-credentials': {
    receive: { transport: 'imap', auth: 'entra', settings: 'entra', authOptions: { grant: 'client-credentials' } },
    send: { transport: 'smtp', auth: 'entra', settings: 'entra', transportOptions: submission, authOptions: { grant: 'client-credentials' } },
  },
  basic: {
    receive: { transport: 'imap', auth: 'password' },
    send: { transport: 'smtp', auth: 'password' },
  },
  /** An access token that somebody else renews, such as a sidecar that writes it into a file. */
  token: {
    receive: { transport: 'imap', auth: 'token' },
    send: { transport: 'smtp', auth: 'token' },
  },
  /** How `outgoing: { mode: relay }` reaches its server. */
  relay: {
    send: { transport: 'smtp', auth: 'password' },
  },
};
