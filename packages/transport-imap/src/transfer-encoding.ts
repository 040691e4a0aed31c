/** Undoes a Content-Transfer-Encoding (RFC 2045 §6) chunk by chunk. An unknown one is left as it is. */
export function decode(encoding: string | undefined, encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  switch (encoding?.trim().toLowerCase()) {
    case 'base64':
      return decodeBase64(encoded);
    case 'quoted-printable':
      return decodeQuotedPrintable(encoded);
    default:
      return asIs(encoded);
  }
}

async function* asIs(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of bytes) if (chunk.length > 0) yield chunk;
}

/** What is not of the alphabet is skipped (RFC 2045 §6.8). Padding in the middle ends one run and the next begins: some mailers join runs. */
async function* decodeBase64(encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest = '';
  for await (const chunk of encoded) {
    const text = rest + chunk.toString('latin1').replaceAll(/[^A-Za-z0-9+/=]/g, '');
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    const bytes = decodeRuns(text.slice(0, whole));
    if (bytes.length > 0) yield bytes;
  }
  if (rest !== '') yield Buffer.from(rest, 'base64');
}

function decodeRuns(text: string): Buffer {
  const padded = text.indexOf('=');
  if (padded === -1 || padded >= text.length - 2) return Buffer.from(text, 'base64');
  return Buffer.concat((text.match(/[^=]+=*/g) ?? []).map((run) => Buffer.from(run, 'base64')));
}

const LINE_FEED = 0x0a;

/** Lines are decoded whole, because an escape or a soft break may lie across two chunks. */
async function* decodeQuotedPrintable(encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of encoded) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = safeEnd(bytes);
    rest = bytes.subarray(end);
    const decoded = decodeLines(bytes.subarray(0, end));
    if (decoded.length > 0) yield decoded;
  }
  // The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1), so the last line has none of its own.
  const decoded = decodeLines(Buffer.from(rest.toString('latin1').replace(/=?[ \t]*$/, ''), 'latin1'));
  if (decoded.length > 0) yield decoded;
}

/** Up to the last line break, or, in a line without end, up to what may belong to the next chunk: an escape, or space before a break. */
function safeEnd(bytes: Buffer): number {
  const line = bytes.lastIndexOf(LINE_FEED) + 1;
  if (line > 0) return line;
  const open = /(?:=[0-9A-Fa-f]?)?[ \t\r=]*$/.exec(bytes.toString('latin1'));
  return open?.index ?? bytes.length;
}

const HEX = /^[0-9A-Fa-f]{2}$/;

/** RFC 2045 §6.7: rule 3 drops white space at line ends, rule 5 joins soft breaks; a broken escape stays as it is. */
function decodeLines(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replaceAll(/[ \t]+(?=\r?\n)/g, '').replaceAll(/=\r?\n/g, '');
  const decoded = Buffer.alloc(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.slice(index + 1, index + 3);
    if (text[index] === '=' && HEX.test(code)) {
      decoded[length] = Number.parseInt(code, 16);
      index += 2;
    } else {
      decoded[length] = text.charCodeAt(index);
    }
    length += 1;
  }
  return decoded.subarray(0, length);
}
