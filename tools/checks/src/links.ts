import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { readText } from './generated-file.ts';
import { ROOT } from './workspace.ts';

/** Markdown files of the workspace, also those not committed yet, and the directories they may link to. */
function listFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return listed.split('\0').filter((file) => file !== '' && existsSync(`${ROOT}/${file}`));
}

/** Links of the workspace's documents that lead nowhere, as sentences. */
export function brokenLinks(): readonly string[] {
  const files = listFiles();
  const texts = new Map(files.filter((file) => file.endsWith('.md')).map((file) => [file, readText(file)]));
  const known = new Set(files.flatMap(withParents));
  return [...texts].flatMap(([file, text]) => brokenLinksIn(file, text, { exists: (path) => known.has(path), read: (path) => texts.get(path) ?? '' }));
}

function withParents(file: string): readonly string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

export interface Documents {
  exists(path: string): boolean;
  read(path: string): string;
}

export function brokenLinksIn(file: string, text: string, documents: Documents): readonly string[] {
  return linksOf(text).flatMap((link) => {
    const [path = '', anchor] = link.split('#', 2);
    const target = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), decodeURIComponent(path))).replace(/\/$/, '');
    if (target !== '.' && !documents.exists(target)) return [`${file} links to ${link}, which does not exist`];
    const named = anchor !== undefined && target.endsWith('.md') && !anchorsOf(documents.read(target)).has(anchor);
    return named ? [`${file} links to ${link}, where no heading has that name`] : [];
  });
}

/** Relative links only: inline, by reference and images. Code is left out, whatever it looks like. */
export function linksOf(text: string): readonly string[] {
  const prose = withoutFences(text).replaceAll(/(`+)[^`](?:.*?[^`])?\1(?!`)/g, '');
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)>?(?:\s+["'][^"']*["'])?\s*\)/g)];
  const references = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s<>]+)>?/gm)];
  return [...inline, ...references].map(([, target = '']) => target).filter((target) => !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target));
}

/** A fence ends with at least as many of the same signs as it began with. */
const withoutFences = (text: string): string => text.replaceAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?? {0,3}\1[`~]*[ \t]*$/gm, '');

/** The names that headings get on the usual hosts: lower case, without punctuation, numbered when repeated. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of withoutFences(text).matchAll(/^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/gm)) {
    const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    let unique = name;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${name}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}
