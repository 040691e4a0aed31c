import { readFileSync } from 'node:fs';

export interface ResidentMemory {
  readonly nowMb: number;
  readonly peakMb: number;
}

/**
 * What Linux says of this process, in MB of 1,000,000 octets. Not `resourceUsage().maxRSS`: that one survives exec,
 * so a child of a big parent would report its parent's size.
 */
export function residentMemory(): ResidentMemory {
  const status = readFileSync('/proc/self/status', 'latin1');
  return { nowMb: field(status, 'VmRSS'), peakMb: field(status, 'VmHWM') };
}

export function field(status: string, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/self/status has no ${name}: memory can be measured on Linux only.`);
  return (Number(kib) * 1024) / 1e6;
}

/** Looks at the memory every few milliseconds, beside the peak that the kernel keeps. */
export function sampleMemory(everyMs = 10): () => number {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss() / 1e6);
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}
