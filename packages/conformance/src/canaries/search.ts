import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { canaryForms } from './forms.ts';

export interface CanarySighting {
  /** Of the file, below the directory; absent for octets that were handed in. */
  readonly file?: string;
  /** Which of the canaries: its place in the list, so that no report repeats the secret. */
  readonly canary: number;
  readonly form: string;
  readonly offset: number;
}

/** Shorter pieces turn up by chance. */
const PIECE_OCTETS = 16;
const SHORTEST_CANARY = 16;

/** Where these secrets can be read, in whatever form: whole, or a piece of 16 octets, as a page of a database or a line that was cut leaves it. */
export function findCanaries(octets: Uint8Array, canaries: readonly string[]): readonly CanarySighting[] {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  return canaries.flatMap((value, canary) => {
    if (value.length < SHORTEST_CANARY) throw new RangeError(`A canary needs at least ${SHORTEST_CANARY} characters; shorter ones turn up by chance.`);
    return canaryForms(value).flatMap(({ name: form, octets: face }) => {
      const offset = firstPiece(text, Buffer.from(face));
      return offset === -1 ? [] : [{ canary, form, offset }];
    });
  });
}

function firstPiece(text: Buffer, face: Buffer): number {
  const last = Math.max(0, face.length - PIECE_OCTETS);
  const sought = new Set<string>(); // a long secret that repeats itself has few pieces, and many places
  for (let start = 0; ; start = Math.min(last, start + PIECE_OCTETS)) {
    const piece = face.subarray(start, start + PIECE_OCTETS);
    const name = piece.toString('latin1');
    const offset = sought.has(name) ? -1 : text.indexOf(piece);
    sought.add(name);
    if (offset !== -1 || start >= last) return offset;
  }
}

/** The same over every file below a directory, or over one file; names of files and directories count as well. */
export async function findCanariesIn(place: string, canaries: readonly string[]): Promise<readonly CanarySighting[]> {
  const files = (await stat(place)).isDirectory() ? await filesBelow(place) : [place];
  const sightings: CanarySighting[] = [];
  for (const path of files) {
    const file = relative(place, path);
    for (const octets of [await readFile(path), Buffer.from(file)]) sightings.push(...findCanaries(octets, canaries).map((sighting) => ({ file, ...sighting })));
  }
  return sightings;
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
