/** One side at work: a router, or bare libraries that do the same. */
export interface RouterSide extends AsyncDisposable {
  /** Connects these too. Resolves when all that they hold is known, and each is watched. */
  open(mailboxes: readonly string[]): Promise<void>;
  /** Connects these, and tells of each new message once it was handed over and acknowledged. Resolves when it is at work. */
  serve(mailboxes: readonly string[], onMessage: (messageId: string) => void): Promise<void>;
  watched(): Promise<void>;
  /** Resolves when the server has all of them. */
  submit(mailbox: string, letters: readonly OutgoingLetter[], onAccepted: () => void): Promise<void>;
}

export interface OutgoingLetter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const TEXT_LINES = 24;

/** Some 2 KB of text each. */
export const lettersTo = (to: string, count: number): readonly OutgoingLetter[] =>
  Array.from({ length: count }, (_, index) => ({ to, subject: `Quarterly report ${index}`, text: `Line of message ${index}, as long as lines in mail usually are, or nearly so.\n`.repeat(TEXT_LINES) }));
