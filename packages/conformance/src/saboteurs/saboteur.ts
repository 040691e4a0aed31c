import type { MailTransport, TransportPlugin } from '@signalbox/core';
import type { CaseId } from '../case.ts';
import type { LoggedEvent, World } from '../world.ts';

/**
 * A transport broken on purpose: one behaviour is changed, by wrapping a transport that works. It proves that a case would
 * notice. A saboteur never fails or hangs by itself: it hides, bends or repeats what the transport inside does.
 */
export interface Saboteur {
  readonly id: string;
  /** What it does wrong: `reports a message again that it has reported`. */
  readonly title: string;
  /** The cases that notice, one to three. It passes all others. */
  readonly caughtBy: readonly [CaseId, ...CaseId[]];
  /** Wraps the transport of a world, and every transport that is opened in it later. */
  sabotage?(transport: MailTransport, world: World): MailTransport;
  /** Stands between the world and the opening of another transport. */
  sabotageOpen?(open: () => Promise<MailTransport>, world: World): Promise<MailTransport>;
  /** Changes what the plugin says of itself. */
  sabotagePlugin?(plugin: TransportPlugin): TransportPlugin;
  /** What it logs beside what the transport inside logs. */
  logs?(world: World): readonly LoggedEvent[];
}
