import type { Message, MessageState } from '../store/message.ts';

/** Everything Exchange keeps: there is no `\*`, so no keyword of one's own (FACTS.md C5). */
export const FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '$MDNSent'] as const;
export const FLAG_LIST = `(${FLAGS.join(' ')})`;

type Flag = (typeof FLAGS)[number];

const IS_SET: Readonly<Record<Flag, (message: Message) => boolean>> = {
  '\\Seen': ({ isRead }) => isRead,
  '\\Answered': ({ isAnswered }) => isAnswered,
  '\\Flagged': ({ flag }) => flag === 'flagged',
  '\\Deleted': ({ isDeleted }) => isDeleted,
  '\\Draft': ({ isDraft }) => isDraft,
  '$MDNSent': ({ mdnSent }) => mdnSent,
};

const PATCH: Readonly<Record<Flag, (on: boolean) => Partial<MessageState>>> = {
  '\\Seen': (isRead) => ({ isRead }),
  '\\Answered': (isAnswered) => ({ isAnswered }),
  '\\Flagged': (on) => ({ flag: on ? 'flagged' : 'notFlagged' }),
  '\\Deleted': (isDeleted) => ({ isDeleted }),
  '\\Draft': (isDraft) => ({ isDraft }),
  '$MDNSent': (mdnSent) => ({ mdnSent }),
};

export const flagsOf = (message: Message): readonly Flag[] => FLAGS.filter((flag) => IS_SET[flag](message));

const known = (flags: readonly string[]): readonly Flag[] => FLAGS.filter((flag) => flags.some((given) => given.toLowerCase() === flag.toLowerCase()));

/** The state that these flags mean; what Exchange cannot keep is left out, as it does. */
export const stateFrom = (flags: readonly string[], on = true): Partial<MessageState> => Object.assign({}, ...known(flags).map((flag) => PATCH[flag](on))) as Partial<MessageState>;

/** The state of a message that has exactly these flags. A follow-up that is complete stays complete. */
export function exactState(message: Message, flags: readonly string[]): Partial<MessageState> {
  const wanted = known(flags);
  const changes = FLAGS.filter((flag) => wanted.includes(flag) !== IS_SET[flag](message));
  return Object.assign({}, ...changes.map((flag) => PATCH[flag](wanted.includes(flag)))) as Partial<MessageState>;
}
