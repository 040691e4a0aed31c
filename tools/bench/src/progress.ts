export interface Progress {
  /** One child process has ended. */
  step(what: string): void;
  note(text: string): void;
  clear(): void;
}

export interface ProgressOptions {
  /** Child processes that will run altogether, as far as known. */
  readonly total: number;
  readonly write: (text: string) => void;
  /** Redraw one line; else a line now and then. */
  readonly live: boolean;
  readonly now: () => number;
}

const QUIET_MS = 15_000;

export function createProgress({ total, write, live, now }: ProgressOptions): Progress {
  const start = now();
  let done = 0;
  let lastLine = -QUIET_MS;
  const clear = (): void => {
    if (live) write('\r\u001b[K');
  };
  return {
    clear,
    note(text) {
      clear();
      write(`${text}\n`);
    },
    step(what) {
      done++;
      const line = `${what} · ${timeLeft(now() - start, done, total)}`;
      if (live) {
        clear();
        write(line);
      } else if (now() - lastLine >= QUIET_MS) {
        lastLine = now();
        write(`${line}\n`);
      }
    },
  };
}

/** An estimate, from how long the steps took so far. */
export function timeLeft(elapsedMs: number, done: number, total: number): string {
  const seconds = Math.ceil(((elapsedMs / done) * Math.max(0, total - done)) / 1000);
  if (seconds < 60) return `about ${seconds} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}
