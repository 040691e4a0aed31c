import type { MailFlow } from '@signalbox/tenant-sim';
import { makeLetters } from '../child/letters.ts';
import { Digest, hashOf } from '../digest.ts';
import { makeMessage, recipientsOf } from '../messages.ts';
import { WARM_UP_SHARE, type Workload } from '../workloads.ts';

interface Sending {
  readonly workload: Workload;
  readonly sinks: readonly string[];
  readonly from: string;
}

/** What left the tenant: every octet, or of a message that Exchange has made anew its recipients and its attachment. */
export async function sentMail({ submitted }: Pick<MailFlow, 'submitted'>, { messages }: Workload): Promise<string> {
  const digest = new Digest();
  for (const { rcptTo, raw } of submitted) digest.add([rcptTo, await hashOf([messages > 1 ? raw : attachmentIn(raw)])]);
  return digest.toString();
}

/** What must have left after the warm-up and so many repetitions. */
export async function expectedMail({ workload, sinks, from }: Sending, repeats: number): Promise<string> {
  const digest = new Digest();
  if (workload.messages === 1) {
    const [to = ''] = sinks;
    const part = [recipientsOf({ index: 0, to }), await hashOf([attachmentIn(makeMessage({ ...workload, index: 0, to, from }))])];
    for (let copy = 0; copy <= repeats; copy++) digest.add(part);
    return digest.toString();
  }
  for (const [index, { named, bytes }] of makeLetters(workload, sinks, from).entries()) {
    const part = [named, await hashOf([bytes])];
    const copies = repeats + (index < workload.messages * WARM_UP_SHARE ? 1 : 0);
    for (let copy = 0; copy < copies; copy++) digest.add(part);
  }
  return digest.toString();
}

/** Our messages have one, in base64, in the last part. */
function attachmentIn(raw: Buffer): Buffer {
  const start = raw.indexOf('\r\n\r\n', raw.lastIndexOf('filename=')) + 4;
  const end = raw.lastIndexOf('\r\n--', raw.length - 6);
  if (start < 4 || end < start) throw new Error('What was sent has no attachment.');
  return Buffer.from(raw.toString('latin1', start, end), 'base64');
}
