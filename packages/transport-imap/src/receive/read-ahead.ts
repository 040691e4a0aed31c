/**
 * Hands out what `read` answers until it answers nothing, one answer ahead: while the consumer works on one, the next is on
 * its way. A consumer that leaves lets one answer go to waste.
 */
export async function* readAhead<T>(read: () => Promise<T> | undefined): AsyncGenerator<T, void, undefined> {
  let next = read();
  while (next) {
    const current = await next;
    next = read();
    // Its failure is told when its turn comes; should nobody ask any more, nobody is told.
    next?.catch(() => {});
    yield current;
  }
}
