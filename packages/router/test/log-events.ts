import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A call of a logger, as it is written. */
export interface LogCall {
  readonly file: string;
  /** Of levels that depend on something, all that are named. */
  readonly levels: readonly string[];
  /** As it is written, with what is put into it as `…`. */
  readonly events: readonly string[];
  readonly fields: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Every call of `….log(level, event, fields)` under the directory. */
export function logCallsIn(directory: string): readonly LogCall[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    return [...text.matchAll(/\blog\.log\(/g)].flatMap(({ index }) => {
      const [level = '', event = '', fields = ''] = argumentsAt(text, index + 'log.log('.length);
      const events = [...event.matchAll(/'([a-z-]+\.[a-z-]+)'|`([^`]+)`/g)].map(([, plain, template]) => plain ?? (template ?? '').replaceAll(/\$\{[^}]+\}/g, '…'));
      return [{ file, levels: LEVELS.filter((each) => level.includes(`'${each}'`)), events: events.length > 0 ? events : [`(${event})`], fields }];
    });
  });
}

function argumentsAt(text: string, start: number): string[] {
  const found = [''];
  let depth = 0;
  for (const sign of text.slice(start)) {
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign)) depth -= 1;
    if (depth < 0) break;
    if (sign === ',' && depth === 0) found.push('');
    else found.push(`${found.pop() ?? ''}${sign}`);
  }
  return found.map((each) => each.trim());
}
