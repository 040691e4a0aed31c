import { seededRandom } from './random.ts';

export interface MessageOptions {
  readonly index: number;
  /** Octets of the whole message, with CRLF. */
  readonly size: number;
  /** Makes the Message-IDs of one place differ from those of another. */
  readonly place: string;
  readonly to?: string;
  /** A mailbox that may not send as just anybody. */
  readonly from?: string;
}

const CR = 0x0d;
const LINE = 76;
const PLATE_LINES = 860;

let plate: Buffer | undefined;

/** Some 64 KB of base64 lines. The same on every machine, so that digests can be compared between runs. */
function lines(): Buffer {
  if (plate === undefined) {
    const random = seededRandom(20_261);
    const bytes = Buffer.from(Array.from({ length: (LINE / 4) * 3 * PLATE_LINES }, () => Math.floor(random() * 256)));
    plate = Buffer.from(bytes.toString('base64').replace(/.{76}/gu, '$&\r\n'), 'latin1');
  }
  return plate;
}

export const messageIdOf = (place: string, index: number): string => `${index}.${place.toLowerCase()}@bench.example`;

/** A message as they come: trace headers, encoded words, folded references, two parts. */
export const makeMessage = (options: MessageOptions): Buffer => Buffer.concat([...messageChunks(options)]);

/** The same in pieces of at most 64 KB, none of which is kept. */
export function* messageChunks(options: MessageOptions): Generator<Buffer> {
  const head = Buffer.from(headOf(options), 'latin1');
  const tail = Buffer.from(`\r\n--b${options.index}--\r\n`, 'latin1');
  yield head;
  for (let left = options.size - head.length - tail.length; left > 0; left -= lines().length) yield upTo(left);
  yield tail;
}

/** Not ending between CR and LF: a server may change a lone CR. */
function upTo(size: number): Buffer {
  const part = lines().subarray(0, Math.min(size, lines().length));
  return part.at(-1) === CR ? Buffer.concat([part.subarray(0, -1), Buffer.from('=')]) : part;
}

const ME = 'bench@lab.test';

const otherOf = (index: number): string => `other${index % 50}@lab.test`;
const COPY_TO = 'jm@lab.test';

/** Everybody in the message's To and Cc. */
export const recipientsOf = ({ index, to = ME }: Pick<MessageOptions, 'index' | 'to'>): readonly [string, ...string[]] => [to, otherOf(index), COPY_TO];

function headOf({ index, place, to = ME, from = `s${index}@bench.example` }: MessageOptions): string {
  const id = (at: number): string => `<${messageIdOf(place, at)}>`;
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    'Received: from mx.bench.example (mx.bench.example [192.0.2.7])',
    `\tby mail.lab.test with ESMTPS id ${index}; Mon, 23 Nov 2026 10:00:00 +0000`,
    `From: "Sender Number ${index}" <${from}>`,
    `To: Bench User <${to}>, "Other, Person" <${otherOf(index)}>`,
    `Cc: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <${COPY_TO}>`,
    `Subject: =?utf-8?Q?Quarterly_report_${index}_=E2=80=93_r=C3=A9sum=C3=A9?=`,
    `Date: Mon, 23 Nov 2026 ${two(8 + (index % 12))}:${two(index % 60)}:00 +0100`,
    `Message-ID: ${id(index)}`,
    ...(index % 3 === 0 ? [] : [`In-Reply-To: ${id(index - 1)}`, `References: ${id(index - 2)}`, ` ${id(index - 1)}`]),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="b${index}"`,
    '',
    `--b${index}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    `Hello =E2=80=93 message ${index}`,
    `--b${index}`,
    'Content-Type: application/octet-stream; name="f.bin"',
    'Content-Disposition: attachment; filename="f.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n');
}
