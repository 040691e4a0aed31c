import { type CallOptions, isMailError, type MessageRef, type Receive } from '@signalbox/core';
import { digest } from './identity.ts';
import { readStart } from './read-start.ts';

/** The header, and as much of the text as two alerts may differ in. */
const BYTES = 64 * 1024;

/**
 * Of what a source begins with: tells two mails apart of which a listing tells the same. A door shows a message as the same bytes each time; another
 * door may fold and encode it in its own way, so it holds at one door only. Absent where the message is gone or does not open.
 */
export async function contentKeyOf(receive: Receive, ref: MessageRef, options?: CallOptions): Promise<string | undefined> {
  try {
    const start = await readStart(await receive.fetchRaw(ref, options), BYTES);
    return digest(start.subarray(0, BYTES));
  } catch (error) {
    if (isMailError(error) && error.affects === 'item') return undefined;
    throw error;
  }
}
