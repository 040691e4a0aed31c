/** What the command tells the shell. Documented in every help text and in the README; never change a meaning. */
export const EXIT = {
  ok: 0,
  /** Something was tried and failed: a mailbox is broken, a test did not pass, a mail was not sent. */
  failed: 1,
  /** The command line is wrong: unknown command, option or mailbox. */
  usage: 2,
  /** The configuration cannot be read or is not valid. */
  config: 3,
  /** `plan --exit-code`: there is something to change. */
  changes: 4,
  /** Stopped by Ctrl-C before it was done. `watch` and `run` end with 0 instead: stopping is how they are left. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
