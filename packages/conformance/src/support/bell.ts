/** Wake-ups by hand, without an end. */
export interface Bell {
  readonly rings: AsyncIterable<void>;
  ring(): void;
}

export function createBell(): Bell {
  let rung = Promise.withResolvers<void>();
  return {
    rings: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          await rung.promise;
          rung = Promise.withResolvers<void>();
          yield;
        }
      },
    },
    ring: () => rung.resolve(),
  };
}
