import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canaryForms } from './forms.ts';
import { findCanaries, findCanariesIn } from './search.ts';

const CANARY = 'canary "7f/Ü+?>~\\ 0123456789 zyxwvutsrq\' end';
const OTHER = 'another secret that is not there';

const around = (octets: string | Uint8Array, before = 'before '): Uint8Array => Buffer.concat([Buffer.from(before), Buffer.from(octets as string), Buffer.from(' after')]);

describe('the search for canaries', () => {
  it.each([
    ['itself', CANARY],
    ['base64', Buffer.from(CANARY).toString('base64')],
    ['base64, one octet in', Buffer.from(`x${CANARY}y`).toString('base64')],
    ['base64, two octets in', Buffer.from(`xx${CANARY}yy`).toString('base64')],
    ['base64url', Buffer.from(`xx${CANARY}`).toString('base64url')],
    ['hex', Buffer.from(CANARY).toString('hex')],
    ['hex in capitals', Buffer.from(CANARY).toString('hex').toUpperCase()],
    ['a path', encodeURIComponent(CANARY)],
    ['a form', new URLSearchParams({ secret: CANARY }).toString()],
    ['JSON', JSON.stringify({ a: CANARY })],
    ['JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: CANARY }) })],
    ['UTF-16', Buffer.from(CANARY, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(CANARY, 'utf16le').swap16()],
    ['a piece from the middle', CANARY.slice(12, 44)],
    ['base64 broken into lines', Buffer.from(CANARY).toString('base64').replaceAll(/.{40}/g, '$&\r\n')],
  ])('finds one that was planted as %s', (_, planted) => {
    for (const before of ['', 'x', 'xy', 'xyz']) expect(findCanaries(around(planted, before), [OTHER, CANARY]).map(({ canary }) => canary)).toContain(1);
    expect(findCanaries(around(planted), [OTHER])).toEqual([]);
  });

  it('tells the form and the place, and never the secret', () => {
    const [sighting] = findCanaries(around(Buffer.from(CANARY).toString('hex')), [CANARY]);
    expect(sighting).toEqual({ canary: 0, form: 'hex', offset: 'before '.length });
  });

  it('finds nothing in what says nothing', () => {
    expect(findCanaries(Buffer.from('[secret] canary 7f'), [CANARY, OTHER])).toEqual([]);
  });

  it('refuses a canary so short that it would be found by chance', () => {
    expect(() => findCanaries(Buffer.alloc(0), ['short'])).toThrow(RangeError);
  });

  it('looks for at least a dozen forms, each of them different', () => {
    const faces = canaryForms(CANARY).map(({ octets }) => Buffer.from(octets).toString('latin1'));
    expect(new Set(faces).size).toBe(faces.length);
    expect(faces.length).toBeGreaterThan(12);
  });

  it('looks into every file of a directory, and at the names', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'signalbox-canary-'));
    try {
      await writeFile(join(directory, 'clean'), 'nothing here');
      expect(await findCanariesIn(directory, [OTHER])).toEqual([]);
      await writeFile(join(directory, OTHER), 'nothing here');
      await writeFile(join(directory, 'core'), around(Buffer.from(OTHER).toString('base64')));
      const found = await findCanariesIn(directory, [OTHER]);
      expect(new Set(found.map(({ file }) => file))).toEqual(new Set([OTHER, 'core']));
      expect(await findCanariesIn(join(directory, 'core'), [OTHER])).toHaveLength(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
