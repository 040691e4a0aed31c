import { collectBytes, contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { partsOf } from './parts.ts';

const read = async (raw: string, which: (type: string) => boolean = () => true, size = raw.length): Promise<readonly (readonly [string, string])[]> => {
  const bytes = Buffer.from(raw, 'latin1');
  const content = {
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
    },
  };
  const parts: (readonly [string, string])[] = [];
  for await (const part of partsOf(content)) {
    const type = part.node.contentType || '';
    if (!part.node.multipart && which(type)) parts.push([type, (await collectBytes(part.bytes())).toString('latin1')]);
  }
  return parts;
};

const MIXED = ['Content-Type: multipart/mixed; boundary=b', '', 'preamble', '--b', 'Content-Type: text/plain', '', 'text', '', '--b', 'Content-Type: application/x-a', 'Content-Transfer-Encoding: base64', '', 'AAEC', 'AwQ=', '--b', 'Content-Type: application/x-b', 'Content-Transfer-Encoding: quoted-printable', '', 'a=3Db=', 'c', '--b', 'Content-Type: message/rfc822', '', 'Subject: inner', 'Content-Type: multipart/mixed; boundary=c', '', '--c', '', 'x', '--c--', '--b--', 'epilogue', ''].join('\r\n');
const PARTS = [
  ['text/plain', 'text\r\n'],
  ['application/x-a', '\0\u0001\u0002\u0003\u0004'],
  ['application/x-b', 'a=bc'],
  ['message/rfc822', 'Subject: inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--'],
];

describe('the parts of a message', () => {
  it.each([1, 7, 64, 100_000])('come in order, decoded, without the line end of the boundary, in chunks of %i', async (size) => {
    expect(await read(MIXED, undefined, size)).toEqual(PARTS);
  });

  it('may be passed over', async () => {
    expect(await read(MIXED, (type) => type === 'application/x-b')).toEqual([PARTS[2]]);
  });

  it('are the whole message where it has no others, to its last line end', async () => {
    expect(await read('Subject: x\r\n\r\none\r\ntwo\r\n')).toEqual([['text/plain', 'one\r\ntwo\r\n']]);
  });

  it('fail as their content does', async () => {
    const broken = {
      async *open() {
        yield Buffer.from(MIXED.slice(0, 120));
        throw new Error('the disk is gone');
      },
    };
    await expect(async () => {
      for await (const part of partsOf(broken)) if (!part.node.multipart) await collectBytes(part.bytes());
    }).rejects.toThrow('the disk is gone');
  });

  it('let go of their content when nobody wants more', async () => {
    let closed = false;
    const content = {
      async *open() {
        try {
          for (;;) yield Buffer.from(MIXED.slice(0, -20));
        } finally {
          closed = true;
        }
      },
    };
    for await (const part of partsOf(content)) if (part.index === 1) break;
    await expect.poll(() => closed).toBe(true);
  });

  it('stop on abort', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    await expect(async () => {
      for await (const _ of partsOf(contentOf(MIXED), { signal: stop.signal })) stop.abort(reason);
      stop.signal.throwIfAborted();
    }).rejects.toBe(reason);
  });
});
