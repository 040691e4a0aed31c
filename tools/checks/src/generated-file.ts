import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './workspace.ts';

/** A file of the workspace as text, with the line ends of this project whatever git made of them. Absent: empty. */
export function readText(path: string): string {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : '';
}

/** A committed file that a program writes. */
export interface GeneratedFile {
  /** Relative to the root. */
  readonly path: string;
  /** The npm script that writes it. */
  readonly script: string;
  readonly content: string;
}

export function writeGenerated({ path, content }: GeneratedFile): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), content);
}

/** Throws when the committed file is not what the program would write now. */
export function assertUpToDate({ path, script, content }: GeneratedFile): void {
  const [committed, wanted] = [readText(path).split('\n'), content.split('\n')];
  const line = wanted.findIndex((text, index) => text !== committed[index]);
  if (line === -1 && wanted.length === committed.length) return;
  const at = line === -1 ? wanted.length : line;
  throw new Error(
    `${path} is out of date from line ${at + 1} on; run \`npm run ${script}\` and look at the difference.\n` +
      `  committed: ${committed[at] ?? '(end of file)'}\n  now:       ${wanted[at] ?? '(end of file)'}`,
  );
}

/** The command around it: writes, or with `--check` only compares. */
export function keepGenerated(file: GeneratedFile, check: boolean): void {
  if (check) assertUpToDate(file);
  else writeGenerated(file);
  console.log(`${file.path} ${check ? 'is up to date' : 'written'}.`);
}
