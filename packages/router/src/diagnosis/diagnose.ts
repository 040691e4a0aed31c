import { type AuthProvider, type CallOptions, type Clock, type FolderSelector, isMailError, MailError, type MailTransport, type ProbeCheck, type ProbeReport } from '@signalbox/core';
import { abortable } from '@signalbox/kit';
import type { Route } from '../routing/route.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type Evidence, rowsOf } from './rows.ts';
import { recordCredentials, type Recorder } from './recorder.ts';

/** What a diagnosis may use; the router hands it in. */
export interface DiagnosisTools {
  readonly clock: Clock;
  /** Nothing where there is nothing to sign in to. */
  openProvider(signal: AbortSignal): Promise<AuthProvider | undefined>;
  /** A transport of its own, signed in anew: what is asked is whether it would work now. */
  openTransport(credentials: Recorder | undefined, signal: AbortSignal): Promise<MailTransport>;
}

export interface DiagnoseOptions extends CallOptions {
  /** How long opening and probing may take before that is a failure too. */
  readonly limitMs?: number;
  /** Looked for when receiving. */
  readonly folders?: readonly FolderSelector[];
}

const LIMIT_MS = 30_000;

/** Finds out what works for one direction of a mailbox, and what is missing. Throws only on abort; sends, marks and moves nothing. */
export async function diagnose(route: Route, tools: DiagnosisTools, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  options.signal?.throwIfAborted();
  const began = tools.clock.now().getTime();
  const evidence = await gather(route, tools, options);
  return {
    mailbox: route.mailbox.id,
    direction: route.direction,
    flow: route.flow,
    rows: rowsOf(evidence, route.direction, tools.clock.now()),
    ...(evidence.status && { auth: evidence.status }),
    durationMs: Math.max(0, tools.clock.now().getTime() - began),
  };
}

/** Each of these has the whole of the time: a server that never answers must not hide what the credential tells. */
async function gather(route: Route, tools: DiagnosisTools, options: DiagnoseOptions): Promise<Evidence> {
  const { mailbox } = route;
  const timed = <Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Attempt<Value>> =>
    attempt(() => within(tools.clock, options, (signal) => abortable(work(signal), signal)), options);
  const opened = await timed((signal) => tools.openProvider(signal));
  if (opened.error) return { providerError: opened.error };
  const provider = opened.value;
  const recorder = provider && recordCredentials(provider.credentialsFor(mailbox));
  const transport = await timed((signal) => tryTransport(route, tools, recorder, { ...options, signal }));
  const wire: Partial<Evidence> = transport.error ? { failure: { error: transport.error } } : transport.value;
  if (!provider || !recorder) return wire;
  const status = await timed((signal) => provider.status(mailbox, { signal }));
  const { scopes } = recorder.recording();
  const inspected = scopes && provider.inspect ? await timed((signal) => provider.inspect?.(mailbox, { scopes, signal }) ?? Promise.resolve([])) : undefined;
  return {
    ...wire,
    recording: recorder.recording(),
    ...(status.error ? { statusError: status.error } : { status: status.value }),
    ...(inspected && (inspected.error ? { inspectError: inspected.error } : { findings: inspected.value })),
  };
}

type Call = DiagnoseOptions & { readonly signal: AbortSignal };

/** Opens, probes and looks for the folders, up to what fails. */
async function tryTransport({ direction }: Route, tools: DiagnosisTools, recorder: Recorder | undefined, call: Call): Promise<Partial<Evidence>> {
  const { signal, folders = [] } = call;
  const opening = tools.openTransport(recorder, signal);
  const opened = await attempt(() => abortable(opening, signal), call);
  if (opened.error) {
    void opening.then((late) => late[Symbol.asyncDispose]()).catch(() => {}); // its failure was told; what opens too late is closed
    return { failure: { error: opened.error } };
  }
  await using transport = opened.value;
  if (!transport[direction]) return { failure: { error: lacks(direction) } };
  const probed = await attempt(() => abortable(transport.probe.check({ signal }), signal), call);
  if (probed.error) return { failure: { error: probed.error } };
  const failed = failedCheck(probed.value, direction);
  if (failed) return { failure: { error: failed.error, step: failed.name } };
  if (direction === 'receive') return { missingFolders: await missingFolders(transport, folders, call) };
  return { missingFolders: [], maySend: passed(probed.value, 'send') };
}

const lacks = (direction: Route['direction']): MailError =>
  new MailError('capability.unsupported', `The server lets the transport not ${direction}.`, { remedy: { who: 'operator', action: 'fix-config', text: `Choose another flow to ${direction} with.` } });

type FailedCheck = Extract<ProbeCheck, { readonly status: 'fail' }>;

/** A transport for both directions also probes the other one: its failure counts only where it kept this one from being tried. */
function failedCheck({ checks }: ProbeReport, direction: Route['direction']): FailedCheck | undefined {
  const failures = checks.filter((check): check is FailedCheck => check.status === 'fail');
  const others: readonly ProbeCheck['name'][] = direction === 'send' ? ['receive', 'mutate'] : ['send'];
  const tried = checks.some(({ name, status }) => name === direction && status !== 'skipped');
  return failures.find(({ name }) => !tried || !others.includes(name));
}

const passed = ({ checks }: ProbeReport, step: ProbeCheck['name']): boolean => checks.some(({ name, status }) => name === step && status === 'pass');

async function missingFolders({ receive }: MailTransport, folders: readonly FolderSelector[], call: Call): Promise<readonly MailError[]> {
  const missing: MailError[] = [];
  if (!receive) return missing;
  for (const folder of folders) {
    const found = await attempt(() => abortable(receive.findFolder(folder, { signal: call.signal }), call.signal), call);
    if (found.error) missing.push(found.error);
  }
  return missing;
}

type Attempt<Value> = { readonly value: Value; readonly error?: never } | { readonly error: MailError };

/** What went wrong, as a value: a diagnosis ends only when its caller has had enough. */
async function attempt<Value>(work: () => Promise<Value>, { signal }: CallOptions): Promise<Attempt<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isMailError(error)) return { error };
    if (signal?.aborted) throw error;
    return { error: unexplained(error) };
  }
}

const unexplained = (cause: unknown): MailError =>
  new MailError('protocol.violation', 'A plugin failed in a way that it does not explain.', {
    retry: 'never',
    cause,
    remedy: { who: 'plugin-author', action: 'report-bug', text: 'Report this to the author of the plugin.' },
  });

/** Time that runs out aborts with a `MailError`, which then is the failure of whatever was waited for. */
async function within<Value>(clock: Clock, { signal, limitMs = LIMIT_MS }: DiagnoseOptions, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const late = new AbortController();
  const done = new AbortController();
  void clock.sleep(limitMs, done.signal).then(
    () => late.abort(tooLate()),
    () => {}, // it was done before
  );
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } finally {
    done.abort();
  }
}

const tooLate = (): MailError =>
  new MailError('timeout', 'There was no answer in time.', { remedy: { who: 'operator', action: 'fix-config', text: 'Check host, port, TLS mode and firewall, or allow more time.' } });
