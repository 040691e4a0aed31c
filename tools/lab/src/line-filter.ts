const CRLF = Buffer.from('\r\n');

/** Cuts a stream into lines and lets each be changed. The bytes of IMAP literals (`{12}` at the end of a line) pass untouched. */
export class LineFilter {
  #unfinished: Buffer = Buffer.alloc(0);
  #literal = 0;

  /** What to pass on for these bytes; an unfinished line stays here until its end comes. */
  filter(chunk: Buffer, rewrite: (line: string) => string | null): Buffer {
    const out: Buffer[] = [];
    let rest = this.#unfinished.length > 0 ? Buffer.concat([this.#unfinished, chunk]) : chunk;
    while (rest.length > 0) {
      if (this.#literal > 0) {
        const taken = rest.subarray(0, this.#literal);
        this.#literal -= taken.length;
        out.push(taken);
        rest = rest.subarray(taken.length);
        continue;
      }
      const end = rest.indexOf(CRLF);
      if (end < 0) break;
      const line = rest.subarray(0, end).toString('latin1');
      rest = rest.subarray(end + 2);
      this.#literal = Number(/\{(\d+)\+?\}$/u.exec(line)?.[1] ?? 0);
      const changed = rewrite(line);
      if (changed !== null) out.push(Buffer.from(changed, 'latin1'), CRLF);
    }
    this.#unfinished = rest;
    return Buffer.concat(out);
  }
}
