const PATIENCE_MS = 120_000;

/** Which messages the consumer had, and when. One that comes twice ends the benchmark: something faster would be no merit then. */
export class Arrivals {
  readonly #at = new Map<string, Map<number, number>>();
  #onNote: (() => void) | undefined;

  note(messageId: string): void {
    const [, index, place] = /^(\d+)\.(.+)@bench\.example$/u.exec(messageId) ?? [];
    if (index === undefined || place === undefined) throw new Error(`Something came that nobody has sent: ${messageId}.`);
    const ofPlace = this.#at.get(place) ?? new Map<number, number>();
    this.#at.set(place, ofPlace);
    if (ofPlace.has(Number(index))) throw new Error(`${messageId} came twice.`);
    ofPlace.set(Number(index), performance.timeOrigin + performance.now());
    this.#onNote?.();
  }

  /** Resolves when so many of a place have come. */
  async all(place: string, count: number): Promise<readonly (readonly [number, number])[]> {
    const here = (): number => this.#at.get(place)?.size ?? 0;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${here()} of ${count} messages of ${place} came.`)), PATIENCE_MS);
    this.#onNote = () => {
      if (here() >= count) resolve();
    };
    this.#onNote();
    await promise.finally(() => clearTimeout(timer));
    this.#onNote = undefined;
    return [...(this.#at.get(place) ?? [])];
  }
}
