import assert from 'node:assert/strict';
import { sameBytes, splitMessage } from './same-bytes.ts';

/** Servers add trace fields on top (RFC 5321 §4.4); everything else arrives as it was handed over. The last line end has a case of its own. */
export function arrivedUnchanged(arrived: Uint8Array, sent: Uint8Array): void {
  const [there, here] = [splitMessage(arrived), splitMessage(sent)];
  assert.ok(there.header.endsWith(here.header), `the header was changed: ${there.header} instead of ${here.header}`);
  sameBytes(withoutLastLineEnd(there.body), withoutLastLineEnd(here.body), 'the body');
}

function withoutLastLineEnd(body: Uint8Array): Uint8Array {
  return Buffer.from(body.subarray(-2)).equals(Buffer.from('\r\n')) ? body.subarray(0, -2) : body;
}
