import ora from 'ora';
import pc from 'picocolors';
import type { Io, Output } from '../io.ts';
import { wrap } from './text.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** One of the two streams that people read. */
export interface Channel {
  readonly colors: Colors;
  /** Columns to fill; generous where nobody folds lines. */
  readonly width: number;
  readonly isTerminal: boolean;
  print(text?: string): void;
  /** Sentences, broken between words. */
  tell(text: string): void;
}

/** Where the command speaks: results on `out`, everything about them on `err`. */
export interface Terminal {
  readonly out: Channel;
  readonly err: Channel;
  /** One line of JSON on `out`. */
  json(value: unknown): void;
  /** Says what is going on while it takes long; on a terminal only. */
  progress(text: string): Progress;
}

export interface Progress extends Disposable {
  update(text: string): void;
  /** Prints on `out` without tearing the moving line apart. */
  print(text: string): void;
}

export interface TerminalOptions {
  /** `--no-color` */
  readonly color: boolean;
  readonly json: boolean;
}

export function createTerminal(io: Pick<Io, 'stdout' | 'stderr' | 'env'>, options: TerminalOptions): Terminal {
  const out = channel(io.stdout, io.env, options.color);
  const err = channel(io.stderr, io.env, options.color);
  return {
    out,
    err,
    json: (value) => out.print(JSON.stringify(value)),
    progress: (text) => startProgress(text, out, io.stderr, err.isTerminal && !options.json),
  };
}

const WITHOUT_TERMINAL = 100;

function channel(stream: Output, env: Io['env'], color: boolean): Channel {
  const width = stream.columns ?? (Number(env['COLUMNS']) || WITHOUT_TERMINAL);
  const print = (text = ''): void => void stream.write(`${text}\n`);
  return { width, print, colors: pc.createColors(color && wantsColor(stream, env)), isTerminal: stream.isTTY === true, tell: (text) => print(wrap(text, width)) };
}

/** no-color.org; FORCE_COLOR is what CI systems set to keep colours in their logs. */
function wantsColor(stream: Output, env: Io['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

function startProgress(text: string, out: Channel, stream: Output, enabled: boolean): Progress {
  if (!enabled) return { update() {}, print: (line) => out.print(line), [Symbol.dispose]() {} };
  // Raw mode would swallow Ctrl-C's signal, and a command may want to read standard input itself.
  const spinner = ora({ text, stream, discardStdin: false, isEnabled: true }).start();
  return {
    update(text) {
      spinner.text = text;
    },
    print(line) {
      spinner.clear();
      out.print(line);
      spinner.render();
    },
    [Symbol.dispose]: () => void spinner.stop(),
  };
}
