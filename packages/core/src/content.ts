/** Bytes that can be read again from the start: a refused token costs a second attempt. */
export interface Content {
  /** Octets, where known beforehand. */
  readonly size?: number;
  open(): AsyncIterable<Uint8Array>;
}
