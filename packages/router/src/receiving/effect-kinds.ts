import type { NewEffect } from '@signalbox/store';
import type { OnAck } from '../config/config.ts';

/** What a report of non-delivery has to do: it is read, and joined to the mail that it is about. */
export const READ_REPORT: NewEffect = { kind: 'read-report' };

/** What an acknowledgement has to do in the mailbox. */
export const effectOf = (onAck: OnAck): NewEffect | undefined => (onAck.do === 'nothing' ? undefined : onAck.do === 'move' ? { kind: 'move', target: onAck.to } : { kind: 'mark-read' });
