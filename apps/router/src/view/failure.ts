import { isPartialFailure, MailError, type ProtocolDetail, type Remedy } from '@signalbox/core';
import { isExplained, isMistake, kindOf, nameOf, traceOf, wordsOf } from '../told-error.ts';
import { printable, wrap } from './text.ts';
import type { Channel } from './terminal.ts';

/** A failure as `--json` prints it. */
export interface FailureJson {
  readonly code: string;
  readonly message: string;
  readonly retry?: string;
  readonly affects?: string;
  readonly retryAfterMs?: number;
  readonly detail?: ProtocolDetail;
  readonly remedy?: Remedy;
  readonly failed?: readonly { readonly item: unknown; readonly error: FailureJson }[];
  /** Of a mistake in the program or in a plugin: where it was, for whoever it is reported to. */
  readonly at?: readonly string[];
}

export type Redact = (text: string) => string;

const WHO: Readonly<Record<Remedy['who'], string>> = {
  'mailbox-user': "the mailbox's user",
  'tenant-admin': 'the tenant administrator',
  'operator': 'the operator',
  'plugin-author': "the plugin's author",
};

/** A timeout of ours is a failure like any other, although an `AbortSignal` tells it in its own way. */
export const asMailError = (error: unknown): unknown =>
  error instanceof DOMException && error.name === 'TimeoutError'
    ? new MailError('timeout', 'There was no answer in time.', {
        cause: error,
        remedy: { who: 'operator', action: 'fix-config', text: 'Check host, port, TLS mode and firewall, or allow more time with --timeout.' },
      })
    : error;

export function failureJson(error: unknown, redact: Redact): FailureJson {
  const message = redact(wordsOf(error));
  if (!isExplained(error)) return { code: 'internal', message, ...(isMistake(error) && { at: whereOf(error) }) };
  const { code, retry, affects, retryAfterMs, detail, remedy } = error;
  return {
    code,
    message,
    retry,
    affects,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(detail && { detail: { ...detail, ...(detail.text !== undefined && { text: redact(detail.text) }) } }),
    ...(remedy && { remedy }),
    ...(isPartialFailure(error) && { failed: error.failed.map(({ item, error }) => ({ item, error: failureJson(error, redact) })) }),
  };
}

export interface FailureView {
  readonly channel: Pick<Channel, 'colors' | 'width'>;
  readonly redact: Redact;
  readonly indent?: string;
  /** Adds where in the program it happened. */
  readonly verbose?: boolean;
}

/** What went wrong, what the server said, how to put it right and who can; lines without a final break. */
export function renderFailure(error: unknown, { channel: { colors, width }, redact, indent = '', verbose = false }: FailureView): string {
  const { code, message, detail, remedy, failed = [], at = [] } = failureJson(error, redact);
  const paragraph = (text: string): string => wrap(text, width, indent);
  return [
    paragraph(`${colors.red(printable(message))} ${colors.dim(`(${code})`)}`),
    ...failed.map(({ item, error }) => paragraph(`· ${printable(String(item))}: ${printable(error.message)} ${said(error.detail)}`.trimEnd())),
    ...(detail ? [colors.dim(paragraph(said(detail)))] : []),
    ...(remedy ? remedyLines(remedy, { colors, width }, indent) : []),
    ...(verbose ? [colors.dim(redact(traceOf(error, headOf).join('\n')))] : at.length > 0 ? [colors.dim(at.join('\n'))] : []),
  ].join('\n');
}

/** Who can put it right, how, and where. */
export const remedyLines = ({ who, text, url }: Remedy, { colors, width }: FailureView['channel'], indent = ''): readonly string[] => [
  wrap(`${colors.cyan('Fix')} ${colors.dim(`(${WHO[who]})`)}: ${text}`, width, indent),
  ...(url === undefined ? [] : [wrap(colors.underline(url), width, indent)]),
];

/** A command to run, as it can be copied. */
export const commandLine = (command: string, { colors }: Pick<Channel, 'colors'>): string => `  ${colors.dim('$')} ${command}`;

const PROTOCOLS: Readonly<Record<string, string>> = { imap: 'IMAP', smtp: 'SMTP', http: 'HTTP', oauth: 'OAuth', postgresql: 'PostgreSQL' };

/** The other side's own words, or those of whatever spoke to it. */
const said = ({ protocol, status, text, requestId }: Partial<ProtocolDetail> = {}): string => {
  const words = printable([status, text].filter(Boolean).join(' '));
  if (!protocol || words === '') return '';
  return `${PROTOCOLS[protocol] ?? protocol}: ${words}${requestId ? ` (request ${printable(requestId)})` : ''}`;
};

/** Nothing of what it says: that is said above, where it may be. */
const whereOf = (error: unknown): readonly string[] => traceOf(error, kindOf);

const headOf = (error: Error): string => (isMistake(error) ? kindOf(error) : `${nameOf(error)}: ${wordsOf(error)}`);
