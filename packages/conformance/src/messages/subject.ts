const HEADER_OCTETS = 64 * 1024;

/** The Subject of raw bytes as the cases write it, in ASCII on one line: doors find messages by it. */
export function subjectOf(raw: Uint8Array): string | undefined {
  const [header = ''] = Buffer.from(raw.subarray(0, HEADER_OCTETS)).toString('latin1').split(/\r?\n\r?\n/, 1);
  return /^subject:[ \t]*(.*?)\r?$/im.exec(header)?.[1];
}
