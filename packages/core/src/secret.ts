/** A value that never prints itself. An interface, so that no class has to be shared between copies of this package. */
export interface Secret {
  /** Belongs on the line that writes to the wire, and nowhere else. */
  reveal(): string;
}

/** Wraps a value so that logging, JSON and string conversion show `[secret]`. */
export function secret(value: string): Secret {
  const redacted = (): string => '[secret]';
  return Object.freeze({
    reveal: () => value,
    toString: redacted,
    toJSON: redacted,
    [Symbol.for('nodejs.util.inspect.custom')]: redacted,
  });
}
