import type { Session } from '../session.ts';
import type { Parser } from '../wire/parser.ts';

export type CommandState = 'any' | 'not-signed-in' | 'signed-in' | 'selected';

export interface Command {
  readonly in: CommandState;
  /** Whether sequence numbers may shift at its end; not so after a FETCH, STORE or SEARCH by numbers (RFC 9051 §7.5.1). Default true. */
  readonly expunges?: boolean;
  /** Resolves to what follows the tag: `OK NOOP completed.` */
  run(session: Session, parser: Parser): Promise<string>;
}
