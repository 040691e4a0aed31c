import { isPartialFailure, type MailTransport, type MessageRef } from '@signalbox/core';

/** Every message of a folder. */
export async function refsIn(transport: MailTransport, folder: string): Promise<MessageRef[]> {
  const refs: MessageRef[] = [];
  for await (const { ref } of transport.receive?.list({ folder }) ?? []) refs.push(ref);
  return refs;
}

/** Passes over what a bulk call could not do. */
export const silently = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!isPartialFailure(error)) throw error;
  });
};
