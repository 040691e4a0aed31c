/** Exchange Online takes so many requests of an application for one mailbox at a time. */
export const AT_ONCE = 4;

/** So many at a time, until there is no more. */
export async function inParallel<T>(items: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await one(item);
    }),
  );
}
