/** The command line asks for something that does not exist. Ends the command with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** One imperative sentence. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
