/** Who can put it right, and how. */
export interface Remedy {
  readonly who: 'mailbox-user' | 'tenant-admin' | 'operator' | 'plugin-author';
  /** For programs: which button to show. */
  readonly action: RemedyAction;
  /** One imperative English sentence, shown as is. */
  readonly text: string;
  readonly url?: string;
}

export type RemedyAction =
  | 'sign-in-again'
  | 'grant-consent'
  | 'grant-mailbox-access'
  | 'enable-protocol'
  | 'replace-credential'
  | 'fix-config'
  | 'upgrade-plugin'
  | 'free-space'
  | 'report-bug';
