import assert from 'node:assert/strict';

/** Byte for byte; the failure names the place instead of printing everything. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, index) => actual[index] !== byte);
  const place = at === -1 ? expected.byteLength : at;
  const around = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes.subarray(Math.max(0, place - 20), place + 20)).toString('latin1'));
  assert.fail(`${what}: ${actual.byteLength} octets instead of ${expected.byteLength}, different from octet ${place} on: ${around(actual)} instead of ${around(expected)}`);
}

/** Cuts a message at the empty line. */
export function splitMessage(raw: Uint8Array): { readonly header: string; readonly body: Buffer } {
  const bytes = Buffer.from(raw);
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? { header: bytes.toString('utf8'), body: Buffer.alloc(0) } : { header: bytes.subarray(0, end).toString('utf8'), body: bytes.subarray(end + 4) };
}
