import { pipeline, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createUnzip, createZstdDecompress } from 'node:zlib';
import { type Flow, LeanBody } from './body.ts';

/** What takes the octets of an answer as they come over the connection. */
export interface Intake {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(reason: unknown): void;
}

/** Servers pack more lightly than the formats ask for; what came counts, as it does in browsers. */
const LENIENT = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip(LENIENT)],
  ['x-gzip', () => createGunzip(LENIENT)],
  ['deflate', () => createUnzip(LENIENT)],
  ['br', () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress()],
]);

/** More than anybody needs, and each costs memory for as long as the answer lasts. */
const MOST = 5;

/** RFC 9110 §8.4: the coding applied last stands last. `undefined` for one that is not known, and then the content is handed out as it came. */
export function decodersFor(encoding: string): readonly Transform[] | undefined {
  const makers = encoding.toLowerCase().split(',').map((coding) => DECODERS.get(coding.trim()));
  if (makers.length > MOST) throw new RangeError(`An answer is packed ${makers.length} times.`);
  return makers.every((make) => make !== undefined) ? makers.reverse().map((make) => make()) : undefined;
}

/** Unpacks between a connection and the body that it is read from. */
export function unpacked(decoders: readonly Transform[], flow: Flow, explain: (cause: unknown) => unknown): { readonly body: LeanBody; readonly intake: Intake } {
  const [first, last] = [decoders[0]!, decoders.at(-1)!];
  const body = new LeanBody({
    pause: () => last.pause(),
    resume: () => last.resume(),
    abort(reason) {
      first.destroy();
      flow.abort(reason);
    },
  });
  const settle = (error?: Error | null): void => {
    if (!error) return body.end();
    body.fail(explain(error));
    flow.abort(error);
  };
  last.on('data', (chunk: Buffer) => body.push(chunk));
  if (first === last) last.once('end', () => settle()).once('error', settle);
  else pipeline(decoders, settle);
  first.on('drain', () => flow.resume());
  const intake: Intake = {
    push(chunk) {
      if (!first.write(chunk)) flow.pause();
    },
    end: () => void first.end(),
    fail(reason) {
      body.fail(reason);
      first.destroy();
    },
  };
  return { body, intake };
}
