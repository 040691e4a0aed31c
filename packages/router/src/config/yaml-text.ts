import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, visit, type YAMLError } from 'yaml';
import type { ConfigPath, ConfigPositions, Position } from './positions.ts';
import type { ConfigProblem } from './problem.ts';
import { describeSyntaxError } from './yaml-errors.ts';

/** What the text says, or everything that keeps it from being read. */
export type ParsedText =
  | { readonly value: unknown; readonly positions: ConfigPositions }
  | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

const LARGEST_TEXT = 8 * 1024 * 1024;
/** Far above any honest use of anchors, far below what exhausts memory. */
const MOST_ALIASES = 10_000;

export function parseText(text: string): ParsedText {
  const unreadable = findUnreadable(text);
  if (unreadable) return { problems: [unreadable] };
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true, logLevel: 'error' });
    return Array.isArray(documents) ? readDocuments(documents, lines, text) : { problems: [emptyFile()] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The parser goes down once per level, until the stack ends.
    return { problems: [fileProblem({ line: 1, column: 1 }, 'The file is nested too deeply to be read.', 'Write it without nesting lists and maps more than a few levels.')] };
  }
}

function readDocuments(documents: readonly Document.Parsed[], lines: LineCounter, text: string): ParsedText {
  const [document, second] = documents;
  if (!document?.contents || isEmpty(document)) return { problems: [emptyFile()] };
  const errors = documents.flatMap((one) => [...one.errors, ...one.warnings, ...foreignTags(one)]);
  const [first, ...rest] = errors.map((error) => syntaxProblem(error, lines, text));
  if (first) return { problems: [first, ...rest] };
  if (second) {
    const position = positionOf(second.range[0], lines);
    return { problems: [fileProblem(position, 'The file holds more than one YAML document; one is expected.', 'Remove the line with three hyphens and what does not belong.')] };
  }
  return readValue(document, lines);
}

/** YAML 1.2 §10.2: the types of JSON. Others, such as `!!binary` and `!!set`, would be objects that no setting is. */
const TAGS = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((type) => `tag:yaml.org,2002:${type}`));

function foreignTags(document: Document.Parsed): readonly SyntaxMistake[] {
  const found: SyntaxMistake[] = [];
  visit(document, {
    Node(_, node) {
      if (node.tag !== undefined && !TAGS.has(node.tag)) found.push({ code: 'TAG_RESOLVE_FAILED', pos: [node.range?.[0] ?? 0, 0] });
    },
  });
  return found;
}

function readValue(document: Document.Parsed, lines: LineCounter): ParsedText {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown, positions: createPositions(document, lines) };
  } catch (error) {
    const unresolved = error instanceof ReferenceError && error.message.startsWith('Unresolved');
    const message = unresolved ? 'An alias refers to an anchor that is not set before it.' : 'Aliases expand to more than a configuration can hold.';
    const remedy = unresolved ? 'Set the anchor with & above the alias, or write the value out.' : 'Write the values out instead of nesting aliases.';
    return { problems: [fileProblem(aliasPosition(document, lines, unresolved), message, remedy)] };
  }
}

function findUnreadable(text: string): ConfigProblem | undefined {
  if (text.length > LARGEST_TEXT) {
    return fileProblem({ line: 1, column: 1 }, 'The file is larger than 8 MiB.', 'Check that this is the configuration and not another file.');
  }
  // U+FFFD is what decoding leaves of bytes that are not UTF-8. Controls other than tab, line feed, carriage return: YAML 1.2 §5.1.
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  const index = text.search(/[\uFFFD\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/);
  if (index < 0) return undefined;
  const before = text.slice(0, index).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return fileProblem(position, 'The file holds bytes that are not UTF-8 text.', 'Save the file as UTF-8 text.');
}

const emptyFile = (): ConfigProblem =>
  fileProblem({ line: 1, column: 1 }, 'The file is empty; a configuration is expected.', 'Begin with `version: 1`, `organization:` and `mailboxes:`.');

const isEmpty = (document: Document.Parsed): boolean =>
  document.errors.length === 0 && isScalar(document.contents) && document.contents.value === null;

type SyntaxMistake = Pick<YAMLError, 'code' | 'pos'>;

function syntaxProblem(error: SyntaxMistake, lines: LineCounter, text: string): ConfigProblem {
  const { message, remedy } = describeSyntaxError(error, text);
  return fileProblem(positionOf(error.pos[0], lines), message, remedy);
}

const fileProblem = (position: Position, message: string, remedy: string): ConfigProblem => ({
  path: '(file)',
  message,
  remedy,
  ...position,
  severity: 'error',
});

function positionOf(offset: number | undefined, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Of the alias that refers to nothing, or of the first. */
function aliasPosition(document: Document.Parsed, lines: LineCounter, unresolved: boolean): Position {
  let offset: number | undefined;
  visit(document, {
    Alias(_, node) {
      if (unresolved && node.resolve(document)) return undefined;
      offset = node.range?.[0];
      return visit.BREAK;
    },
  });
  return positionOf(offset, lines);
}

function createPositions(document: Document.Parsed, lines: LineCounter): ConfigPositions {
  return {
    at(path: ConfigPath) {
      let node: unknown = document.contents;
      let offset = document.contents?.range[0];
      for (const step of path) {
        if (isAlias(node)) node = node.resolve(document);
        const next: Found | undefined = isMap(node) ? findPair(node.items, step) : isSeq(node) ? findItem(node.items, step) : undefined;
        if (!next) break;
        ({ node, offset = offset } = next);
      }
      return positionOf(offset, lines);
    },
  };
}

/**
 * Positions in a text that was read without problems. They are asked for where something is wrong, and the tree of a large file takes more memory than
 * the configuration: whoever keeps these keeps the text, which is read again.
 */
export function positionsWhenAsked(text: string, known: ConfigPositions): ConfigPositions {
  let kept = new WeakRef(known);
  const reread = (): ConfigPositions => {
    const parsed = parseText(text);
    if ('problems' in parsed) throw new Error('A text that was read has problems when it is read again.');
    kept = new WeakRef(parsed.positions);
    return parsed.positions;
  };
  return { at: (path) => (kept.deref() ?? reread()).at(path) };
}

interface Found {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function findPair(items: readonly { readonly key: unknown; readonly value: unknown }[], step: string | number): Found | undefined {
  const pair = items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair && { node: pair.value, offset: (pair.key as ParsedNode).range[0] };
}

function findItem(items: readonly unknown[], step: string | number): Found | undefined {
  const node = typeof step === 'number' ? items[step] : undefined;
  return node === undefined ? undefined : { node, offset: (node as ParsedNode).range?.[0] };
}
