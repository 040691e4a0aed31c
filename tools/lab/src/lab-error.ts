/** A lab that cannot be started or used; the message is meant for a person and says what to do. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** The end of every message about something that is not installed. */
export const INSTALL_HINT = 'Run `npm run lab -- install`.';
