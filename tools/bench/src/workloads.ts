export type Protocol = 'imap' | 'smtp' | 'graph-read' | 'graph-send';

/** What is measured. Sizes in octets of the message as served. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** The calls compared, for the table. */
  readonly ours: string;
  readonly bare: string;
  readonly protocol: Protocol;
  /** `pairs`: against the bare library in paired rounds. `memory`: what one big message adds to a process. */
  readonly kind: 'pairs' | 'memory';
  /** Messages of one repetition. */
  readonly messages: number;
  readonly size: number;
  /** Where the messages lie, or how the mailboxes they are sent to begin. */
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
  { name: 'graph-changes', title: 'a first sweep over 5,000 messages', ours: '`changes` from the beginning', bare: 'undici, one request after the other', protocol: 'graph-read', kind: 'pairs', messages: 5000, size: 2 * KB, place: 'Listed' },
  { name: 'graph-list', title: '5,000 summaries', ours: '`list` in any order', bare: 'undici, one request after the other', protocol: 'graph-read', kind: 'pairs', messages: 5000, size: 2 * KB, place: 'Listed' },
  { name: 'graph-sources-10k', title: '1,000 sources of 10 KB', ours: '`fetchRawEach`', bare: 'undici, 4 at once', protocol: 'graph-read', kind: 'pairs', messages: 1000, size: 10 * KB, place: 'Sources' },
  { name: 'graph-sources-5m', title: '20 sources of 5 MB', ours: '`fetchRaw` each', bare: 'undici, each streamed', protocol: 'graph-read', kind: 'pairs', messages: 20, size: 5 * MB, place: 'Big' },
  { name: 'graph-flags', title: '1,000 flags added and removed', ours: '`updateKeywords`', bare: 'undici, `$batch` of 20', protocol: 'graph-read', kind: 'pairs', messages: 1000, size: 2 * KB, place: 'Flags' },
  { name: 'graph-sends', title: '300 sends in two steps, 4 at once', ours: '`dispatch`', bare: 'undici, draft and send', protocol: 'graph-send', kind: 'pairs', messages: 300, size: 2 * KB, place: 'sink' },
  { name: 'graph-sources-10k-fetch', title: '1,000 sources of 10 KB, beside `fetch`', ours: '`fetchRawEach`', bare: 'undici’s `fetch`, 4 at once', protocol: 'graph-read', kind: 'pairs', messages: 1000, size: 10 * KB, place: 'Sources', informative: true },
  { name: 'graph-flags-fetch', title: '1,000 flags, beside `fetch`', ours: '`updateKeywords`', bare: 'undici’s `fetch`, `$batch` of 20', protocol: 'graph-read', kind: 'pairs', messages: 1000, size: 2 * KB, place: 'Flags', informative: true },
  { name: 'graph-sends-fetch', title: '300 sends, beside `fetch`', ours: '`dispatch`', bare: 'undici’s `fetch`, draft and send', protocol: 'graph-send', kind: 'pairs', messages: 300, size: 2 * KB, place: 'sink', informative: true },
  { name: 'graph-send-20m', title: 'one send of 20 MB by upload session', ours: '`dispatch`', bare: 'undici, the message taken apart by mailsplit', protocol: 'graph-send', kind: 'pairs', messages: 1, size: 20 * MB, place: 'sink' },
] as const satisfies readonly Workload[];

export type WorkloadName = (typeof WORKLOADS)[number]['name'];

export type NamedWorkload = Workload & { readonly name: WorkloadName };

/** Over Graph there is a second bare side: undici's own `fetch`, and nothing around it. */
export const viaOf = (name: WorkloadName): 'request' | 'fetch' => (name.endsWith('-fetch') ? 'fetch' : 'request');

/** What is done, whatever it is compared with. */
export const workNamed = (name: WorkloadName): string => name.replace(/-fetch$/u, '');

/** Workloads on one server, which make a table of their own. */
export type Group = 'imap-smtp' | 'graph';

export const groupOf = ({ protocol }: Pick<Workload, 'protocol'>): Group => (protocol.startsWith('graph') ? 'graph' : 'imap-smtp');

const inGroup = (group: Group): readonly NamedWorkload[] => WORKLOADS.filter((workload) => groupOf(workload) === group);

export const GROUPS: Readonly<Record<Group, readonly NamedWorkload[]>> = { 'imap-smtp': inGroup('imap-smtp'), graph: inGroup('graph') };

export const isGroup = (name: string): name is Group => Object.hasOwn(GROUPS, name);

export function workloadNamed(name: string): NamedWorkload {
  const workload: NamedWorkload | undefined = WORKLOADS.find((candidate) => candidate.name === name);
  if (workload === undefined) throw new Error(`There is no workload "${name}"; there are ${WORKLOADS.map((one) => one.name).join(', ')}.`);
  return workload;
}

/** The part of a long workload that is done once before the clock starts. */
export const WARM_UP_SHARE = 0.2;
