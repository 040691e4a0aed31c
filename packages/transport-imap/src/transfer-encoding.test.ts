import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { decode } from './transfer-encoding.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size), 'latin1');
}

const decoded = async (encoding: string | undefined, text: string, size: number): Promise<string> => (await collectBytes(decode(encoding, inPieces(text, size)))).toString('latin1');
const SIZES = [1, 2, 3, 5, 64, 10_000];

describe('decoding', () => {
  const bytes = Buffer.from(Array.from({ length: 997 }, (_, index) => (index * 7) % 256));

  it('undoes base64 wherever the pieces are cut', async () => {
    const encoded = bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    for (const size of SIZES) expect(await decoded('BASE64', encoded, size)).toBe(bytes.toString('latin1'));
  });

  it('goes on after padding in the middle of base64, and takes what is left without it', async () => {
    for (const size of SIZES) expect(await decoded('base64', 'YQ==Yg==\r\nY2Q', size)).toBe('abcd');
  });

  it('undoes quoted-printable wherever the pieces are cut', async () => {
    for (const size of SIZES) expect(await decoded('quoted-printable', 'Gr=C3=BC=\r\n=DFe \t\r\nx=3D=3d1 =ZZ.', size)).toBe('Gr\xc3\xbc\xdfe\r\nx==1 =ZZ.');
  });

  it('ends quoted-printable with a soft break, or with space, as with nothing', async () => {
    for (const size of SIZES) {
      expect(await decoded('quoted-printable', 'a;b;c=', size)).toBe('a;b;c');
      expect(await decoded('quoted-printable', 'a;b;c \t', size)).toBe('a;b;c');
      expect(await decoded('quoted-printable', 'a=3D', size)).toBe('a=');
    }
  });

  it('leaves other encodings, and unknown ones, as they are', async () => {
    for (const encoding of [undefined, '7bit', '8bit', 'binary', 'x-uuencode']) expect(await decoded(encoding, 'a=3D\0\xff', 2)).toBe('a=3D\0\xff');
  });
});
