import { makeLetters } from '../child/letters.ts';
import { Digest, hashOf } from '../digest.ts';
import { messageChunks } from '../messages.ts';
import { WARM_UP_SHARE, type Workload } from '../workloads.ts';

/** The part of the second door that tells what arrived. */
export interface Arrivals {
  messages(user: string): Promise<readonly { readonly raw: Buffer }[]>;
}

/** How our messages begin; what stands before it was added on the way. */
const FIRST_LINE = 'Received: from mx.bench.example';

/** What arrived, counted and compared byte for byte without the trace headers of the way. */
export async function arrivedDigest(door: Arrivals, sinks: readonly string[], { name }: Workload): Promise<string> {
  const digest = new Digest();
  for (const sink of sinks) {
    for (const { raw } of await door.messages(sink)) {
      const start = raw.indexOf(FIRST_LINE);
      if (start < 0) throw new Error(`${sink} got something that ${name} did not send.`);
      digest.add([sink, await hashOf([raw.subarray(start)])]);
    }
  }
  return digest.toString();
}

/** What must arrive after the warm-up and so many repetitions. */
export async function sentDigest(sinks: readonly string[], workload: Workload, repeats: number): Promise<string> {
  const digest = new Digest();
  if (workload.kind === 'memory') {
    const [to = ''] = sinks;
    const { size, place } = workload;
    for (let round = 0; round < repeats; round++) digest.add([to, await hashOf(messageChunks({ index: 0, size, place, to }))]);
    return digest.toString();
  }
  for (const [index, { to, bytes }] of makeLetters(workload, sinks).entries()) {
    const part = [to, await hashOf([bytes])];
    const copies = repeats + (index < workload.messages * WARM_UP_SHARE ? 1 : 0);
    for (let copy = 0; copy < copies; copy++) digest.add(part);
  }
  return digest.toString();
}
