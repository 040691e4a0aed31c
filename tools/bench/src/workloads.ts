/** What is measured. Sizes in octets of the message as served. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** The calls compared, for the table. */
  readonly ours: string;
  readonly bare: string;
  readonly protocol: 'imap' | 'smtp';
  /** `pairs`: against the bare library in paired rounds. `memory`: what one big message adds to a process. */
  readonly kind: 'pairs' | 'memory';
  /** Messages of one repetition. */
  readonly messages: number;
  readonly size: number;
  /** Where the messages lie (IMAP), or how the mailboxes they are sent to begin (SMTP). */
  readonly place: string;
  /** Shown, but without a target: the bare side does less than ours must. */
  readonly informative?: boolean;
}

const KB = 1024;
const MB = 1024 * KB;
/** 150 MB in decimal: submission servers that stop at 150 MiB still take it with their trace headers. */
const HUGE = 150_000_000;

export const WORKLOADS = [
  { name: 'envelopes', title: '5,000 envelopes', ours: '`list` in any order', bare: 'imapflow, one `fetch`', protocol: 'imap', kind: 'pairs', messages: 5000, size: 10 * KB, place: 'Envelopes' },
  { name: 'envelopes-newest', title: 'the same, newest first', ours: '`list`', bare: 'imapflow, one `fetch`, oldest first', protocol: 'imap', kind: 'pairs', messages: 5000, size: 10 * KB, place: 'EnvelopesNewest', informative: true },
  { name: 'sources-10k', title: '2,000 sources of 10 KB', ours: '`fetchRawEach`', bare: 'imapflow, one `fetch` of the source', protocol: 'imap', kind: 'pairs', messages: 2000, size: 10 * KB, place: 'Sources' },
  { name: 'sources-5m', title: '50 sources of 5 MB', ours: '`fetchRaw` each', bare: 'imapflow, `download` each in chunks of 1 MB', protocol: 'imap', kind: 'pairs', messages: 50, size: 5 * MB, place: 'Big' },
  { name: 'flags', title: '1,000 flags added and removed', ours: '`updateKeywords`', bare: 'imapflow, one STORE each way', protocol: 'imap', kind: 'pairs', messages: 1000, size: 2 * KB, place: 'Flags' },
  { name: 'flags-silent', title: 'the same, beside a silent STORE', ours: '`updateKeywords`', bare: 'imapflow, one STORE each way that tells nothing of messages that are gone', protocol: 'imap', kind: 'pairs', messages: 1000, size: 2 * KB, place: 'FlagsSilent', informative: true },
  { name: 'sends', title: '1,000 sends, 5 at once', ours: '`dispatch`', bare: 'nodemailer, pool of 5', protocol: 'smtp', kind: 'pairs', messages: 1000, size: 2 * KB, place: 'sink' },
  { name: 'read-150m', title: 'one source of 150 MB', ours: '`fetchRaw`', bare: 'imapflow, `download` in chunks of 1 MB', protocol: 'imap', kind: 'memory', messages: 1, size: HUGE, place: 'Huge' },
  { name: 'send-150m', title: 'one send of 150 MB', ours: '`dispatch`', bare: 'nodemailer, pool of 5', protocol: 'smtp', kind: 'memory', messages: 1, size: HUGE, place: 'sink' },
] as const satisfies readonly Workload[];

export type WorkloadName = (typeof WORKLOADS)[number]['name'];

export type NamedWorkload = Workload & { readonly name: WorkloadName };

/** What `--only` knows. */
export const GROUPS: Readonly<Record<string, readonly NamedWorkload[]>> = { transports: WORKLOADS };

export function workloadNamed(name: string): NamedWorkload {
  const workload: NamedWorkload | undefined = WORKLOADS.find((candidate) => candidate.name === name);
  if (workload === undefined) throw new Error(`There is no workload "${name}"; there are ${WORKLOADS.map((one) => one.name).join(', ')}.`);
  return workload;
}

/** The part of a long workload that is done once before the clock starts. */
export const WARM_UP_SHARE = 0.2;
