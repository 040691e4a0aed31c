/** The ports, once all servers of a door listen. Where one cannot, none stays open: a process could not end. */
export async function listenAll(listening: readonly Promise<number>[], close: () => Promise<void>): Promise<readonly number[]> {
  const results = await Promise.allSettled(listening);
  const failed = results.find(({ status }) => status === 'rejected');
  if (!failed) return results.map((result) => (result as PromiseFulfilledResult<number>).value);
  await close();
  throw (failed as PromiseRejectedResult).reason as Error;
}
