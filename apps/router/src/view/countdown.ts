import type { Clock } from '@signalbox/core';
import type { Progress, Terminal } from './terminal.ts';
import { minutesAndSeconds } from './time-until.ts';

/** A moving line that says what is waited for, and for how long still. */
export interface Countdown extends Disposable {
  start(text: string, until: Date): void;
}

export function countdown(terminal: Pick<Terminal, 'progress'>, clock: Clock): Countdown {
  let progress: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    progress?.[Symbol.dispose]();
  };
  return {
    start(text, until) {
      stop();
      const line = (): string => `${text}… ${minutesAndSeconds(until.getTime() - clock.now().getTime())} left. Ctrl-C cancels.`;
      const shown = terminal.progress(line());
      progress = shown;
      timer = setInterval(() => shown.update(line()), 1000);
    },
    [Symbol.dispose]: stop,
  };
}
