import type { z } from 'zod';
import type { ProblemCollector } from './collector.ts';
import { knownKeys } from './json-schema.ts';
import type { ConfigPath } from './positions.ts';
import { mayBeShown } from './secret-fields.ts';
import { didYouMean } from './suggest.ts';
import { UNRESOLVED } from './references.ts';

type Issue = z.core.$ZodIssue;

export interface IssueContext {
  /** As written, references unresolved: what messages may show. */
  readonly written: unknown;
  /** With references resolved: what was checked. */
  readonly resolved: unknown;
  readonly report: ProblemCollector;
}

/** Says what was found, what is expected and what to do. */
export function reportIssue(issue: Issue, context: IssueContext, base: ConfigPath = []): void {
  const path = [...base, ...issue.path.filter((step) => typeof step !== 'symbol')];
  if (valueAt(context.resolved, path) === UNRESOLVED) return; // reported when it could not be resolved
  if (issue.code === 'invalid_union') return reportUnion(issue, context, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.forEach((key) => reportUnknownKey(key, path, context));
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.forEach((inner) => reportIssue({ ...inner, path: [] }, { ...context, written: at(path, path.at(-1)) }, path));
  }
  const { expected, remedy } = describe(issue);
  const value = valueAt(context.written, path);
  if (value === undefined) {
    context.report.error(path, `Expected ${expected}; it is missing.`, `Add "${String(path.at(-1) ?? '')}"${hint(expected)}.`);
    return;
  }
  context.report.error(path, `Expected ${expected}, found ${found(value, path, expected)}.${suggestion(issue, value, path)}`, remedy);
}

/** A map that has `value` at `path` and nothing else, so that a key can be shown as the value that is wrong. */
const at = (path: ConfigPath, value: unknown): unknown =>
  path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? Object.assign([], { [step]: inner }) : { [step]: inner }), value);

/** Of the alternatives, the one that was most likely meant: of the right type, with the least wrong. */
function reportUnion(issue: Extract<Issue, { code: 'invalid_union' }>, context: IssueContext, path: ConfigPath): void {
  const ofRightType = issue.errors.filter((branch) => !branch.some((inner) => inner.path.length === 0 && isOfWrongType(inner)));
  const [likeliest] = ofRightType.toSorted((a, b) => a.length - b.length);
  if (likeliest && likeliest.length > 0) return likeliest.forEach((inner) => reportIssue(inner, context, path));
  const expected = [...new Set(issue.errors.flat().filter((inner) => inner.path.length === 0).map((inner) => describe(inner).expected))].join(' or ');
  const value = valueAt(context.written, path);
  if (value === undefined) return context.report.error(path, `Expected ${expected}; it is missing.`, `Add "${String(path.at(-1) ?? '')}".`);
  const words = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []));
  const guess = typeof value === 'string' ? didYouMean(value, words) : '';
  context.report.error(path, `Expected ${expected || 'another value'}, found ${found(value, path, expected)}.${guess}`, `Write ${expected || 'another value'}.`);
}

const isOfWrongType = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value';

function reportUnknownKey(key: string, path: ConfigPath, { report }: IssueContext): void {
  const known = knownKeys(path);
  const guess = didYouMean(key, known);
  const remedy = guess ? `Correct the name, or remove the line.` : `Remove it, or move it to where it belongs. Known here: ${known.join(', ')}.`;
  report.error([...path, key], `There is no setting "${key}" here.${guess}`, remedy);
}

interface Description {
  readonly expected: string;
  readonly remedy: string;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function describe(issue: Issue): Description {
  switch (issue.code) {
    case 'invalid_type':
      return { expected: TYPES[issue.expected] ?? 'another type', remedy: typeRemedy(issue.expected) };
    case 'invalid_value': {
      const words = issue.values.map(String).join(', ');
      return { expected: issue.values.length > 1 ? `one of ${words}` : words, remedy: issue.values.length > 1 ? `Choose one of: ${words}.` : `Write ${words}.` };
    }
    case 'too_big':
      return { expected: `at most ${issue.maximum}${unit(issue.origin)}`, remedy: `Write at most ${issue.maximum}${unit(issue.origin)}.` };
    case 'too_small':
      return { expected: `at least ${issue.minimum}${unit(issue.origin)}`, remedy: `Write at least ${issue.minimum}${unit(issue.origin)}.` };
    case 'custom':
      return { expected: lowerFirst(issue.message), remedy: String(issue.params?.['remedy'] ?? 'Correct the value.') };
    default:
      return { expected: 'a valid value', remedy: 'Correct the value.' };
  }
}

const unit = (origin: string): string => (origin === 'array' ? ' entries in the list' : '');

/** `Expected a name.` as `a name`. */
const lowerFirst = (message: string): string => message.replace(/^Expected /, '').replace(/\.$/, '');

function typeRemedy(expected: string): string {
  if (expected === 'string') return 'Write a text; put quotes around it when it looks like a number or a word such as true.';
  if (expected === 'array') return 'Begin each entry on a line of its own with a hyphen, or write [a, b].';
  if (expected === 'object' || expected === 'record') return 'Write "name: value" lines, indented below.';
  return `Write ${TYPES[expected] ?? 'another value'}, without quotes.`;
}

const hint = (expected: string): string => (/^(?:a text|a list|a map)$/.test(expected) ? '' : ` with ${expected}`);

function suggestion(issue: Issue, value: unknown, path: ConfigPath): string {
  return issue.code === 'invalid_value' && typeof value === 'string' && mayBeShown(path) ? didYouMean(value, issue.values.map(String)) : '';
}

const LONGEST_SHOWN = 60;
const NOTHING_SCALAR = /^a (?:map|list)(?: or a (?:map|list))*$/;

/** The value in words. Shown only where it cannot be a secret, and never at length. */
function found(value: unknown, path: ConfigPath, expected: string): string {
  if (NOTHING_SCALAR.test(expected)) return kindOf(value);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return kindOf(value);
  if (!mayBeShown(path)) return `${kindOf(value)} (not shown)`;
  const text = String(value);
  if (text.length > LONGEST_SHOWN || /[\r\n]/.test(text)) return 'a long text';
  return typeof value === 'string' ? `"${text}"` : `${kindOf(value).replace(/^a /, 'the ')} ${text}`;
}

/** Where a map or a list is expected, a text may be anything that slipped in by its indentation: only its kind is told. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

export function valueAt(tree: unknown, path: ConfigPath): unknown {
  let value = tree;
  for (const step of path) {
    if (value === UNRESOLVED) return UNRESOLVED;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
