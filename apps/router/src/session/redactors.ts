import { type Config, createRedactor } from '@signalbox/router';

/** The secrets of several configurations: while a newer one is taken over, what is told may hold those of both. */
export interface Redactors {
  /** Without the secrets of those that are open, and of the one that was closed last: what went wrong with it may be told afterwards. */
  redact(text: string): string;
  /** Until disposal. */
  open(config: Hiding): Disposable;
}

type Hiding = Pick<Config, 'hidden'>;

export function createRedactors(): Redactors {
  const open = new Set<Hiding>();
  let closed: Hiding | undefined;
  // All at once, the longest secret first: one that another begins with would otherwise leave the other's end.
  let redactor = createRedactor();
  const gather = (): void => {
    redactor = createRedactor([...(closed ? [closed] : []), ...open]);
  };
  return {
    redact: (text) => redactor.redact(text),
    open(config) {
      open.add(config);
      gather();
      return {
        [Symbol.dispose]() {
          if (!open.delete(config)) return;
          closed = config;
          gather();
        },
      };
    },
  };
}
