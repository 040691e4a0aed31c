/** Bytes that are read once. Disposing early frees whatever reading holds. */
export interface ByteSource extends AsyncDisposable {
  /** Octets, where known beforehand; the stream decides when the two differ. */
  readonly size?: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}
