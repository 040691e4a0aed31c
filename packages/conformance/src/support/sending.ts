import type { EmailAddress, Submission } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { CaseLimits } from '../limits.ts';
import { message, type MessageFields, newMessageId } from '../messages/build.ts';
import type { SubmittedMessage, World } from '../world.ts';
import { doorOf, sendOf } from './parts.ts';
import { within, waitFor } from './within.ts';

/** A submission ready to go: from the mailbox to the first recipient, unless said otherwise. */
export interface Letter {
  readonly submission: Submission;
  readonly raw: Buffer;
  readonly messageId: string;
}

export interface LetterOptions extends Partial<MessageFields> {
  readonly mailFrom?: EmailAddress;
  readonly rcptTo?: readonly [EmailAddress, ...EmailAddress[]];
}

export function letter(world: World, options: LetterOptions = {}): Letter {
  const { mailFrom = world.address, rcptTo = [world.recipients[0]], messageId = newMessageId(), ...fields } = options;
  const id = messageId ?? newMessageId();
  const raw = message({ subject: 'a letter', from: mailFrom, to: rcptTo.join(', '), ...fields, messageId: id });
  return { submission: { envelope: { mailFrom, rcptTo }, content: contentOf(raw) }, raw, messageId: id };
}

const has = (messageId: string) => ({ raw }: SubmittedMessage) => Buffer.from(raw).includes(messageId);

/** What the server took under this Message-ID; waits for the first one. */
export const submittedAs = (world: World, messageId: string, limits: CaseLimits): Promise<readonly SubmittedMessage[]> =>
  waitFor(limits, 'the submitted message', async () => {
    const found = (await doorOf(world, 'submitted')()).filter(has(messageId));
    return found.length > 0 ? found : undefined;
  });

/**
 * What the server took under this Message-ID, possibly nothing. Servers file what they take a little later, so another
 * letter is sent behind and waited for.
 */
export async function submittedBefore(world: World, messageId: string, limits: CaseLimits): Promise<readonly SubmittedMessage[]> {
  const last = letter(world);
  await within(limits.settleMs, sendOf(world.transport).dispatch(last.submission), 'sending another letter');
  await submittedAs(world, last.messageId, limits);
  return (await doorOf(world, 'submitted')()).filter(has(messageId));
}
