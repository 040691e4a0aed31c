/** Remembers what was made last for as many keys as asked. A changed message has another source, so nothing has to be forgotten by hand. */
export class Recent<K, T> {
  readonly #values = new Map<K, T>();
  readonly #limit: number;
  readonly #make: (key: K) => T;

  constructor(limit: number, make: (key: K) => T) {
    this.#limit = limit;
    this.#make = make;
  }

  get(key: K): T {
    let value = this.#values.get(key);
    if (value === undefined) value = this.#make(key);
    else this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    return value;
  }
}
