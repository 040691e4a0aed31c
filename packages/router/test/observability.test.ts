import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../src/telemetry/metrics.ts';
import { ATTRIBUTES, SPANS } from '../src/telemetry/names.ts';
import { type LogCall, logCallsIn } from './log-events.ts';

const root = join(import.meta.dirname, '../../..');
const document = readFileSync(join(root, 'docs/observability.md'), 'utf8');
const calls = ['packages/router/src', 'apps/router/src'].flatMap((directory) => logCallsIn(join(root, directory)));
/** They are about the store, the connections or the process as a whole. */
const OF_NO_MAILBOX = new Set([
  'callbacks.answer-failed',
  'connections.close-failed',
  'deliveries.not-claimed',
  'deliveries.not-given-back',
  'effects.not-looked-for',
  'leases.not-renewed',
  'mailboxes.not-looked-at',
  'retention.failed',
  'sending.not-pruned',
  'sending.store-failed',
  'switches.not-looked-at',
]);
/** What hands on what others log. */
const isOwn = ({ events }: LogCall): boolean => events[0] !== '(event)';

/** The first column of the table below the heading. */
function rowsUnder(heading: string): readonly string[] {
  const [, section = ''] = document.split(`\n## ${heading}\n`);
  return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '');
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

describe('docs/observability.md', () => {
  it('has a row for every span, attribute, metric and log event, and for no other', () => {
    expect(sorted(rowsUnder('Spans'))).toEqual(sorted(SPANS));
    expect(sorted(rowsUnder('Attributes'))).toEqual(sorted(ATTRIBUTES));
    expect(sorted(rowsUnder('Metrics'))).toEqual(sorted(Object.values(METRICS).map(({ name }) => name)));
    expect(sorted(rowsUnder('Log events'))).toEqual(sorted(calls.filter(isOwn).flatMap(({ events }) => events)));
  });

  it('says of every metric what it is and in which unit', () => {
    for (const { name, kind, unit } of Object.values(METRICS)) expect(document).toContain(`| \`${name}\` | ${kind} | ${unit} |`);
  });
});

describe('what is logged', () => {
  const grave = calls.filter(({ levels }) => levels.length === 0 || levels.includes('warn') || levels.includes('error')).filter(isOwn);

  it('has a code in every warning and error', () => {
    expect(grave.length).toBeGreaterThan(20);
    expect(grave.filter(({ fields }) => !/\bcode\b|\.\.\.known\b/.test(fields))).toEqual([]);
  });

  it('names the mailbox in every warning and error that has one', () => {
    const without = grave.filter(({ fields }) => !/\bmailbox\b|\.\.\.(about|fields)\b/.test(fields));
    expect(sorted(without.flatMap(({ events }) => events))).toEqual(sorted(OF_NO_MAILBOX));
  });
});
