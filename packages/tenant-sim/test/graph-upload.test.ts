import { randomBytes } from 'node:crypto';
import { Agent, request as send } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES } from './graph-world.ts';

let world: GraphWorld;
let message: string;
let dispatcher: Agent;
beforeEach(async () => {
  world = await openGraph();
  dispatcher = new Agent({ connect: { ca: world.tenant.certificates.ca } });
  const { json } = await world.post(`/users/${SALES}/messages`, { subject: 'Large' });
  message = `/users/${SALES}/messages/${encodeURIComponent(json['id'] as string)}`;
});
afterEach(async () => {
  await dispatcher.close();
  await world[Symbol.asyncDispose]();
});

const MEGABYTE = 1_024 * 1_024;
const FILE = randomBytes(5 * MEGABYTE);

const open = (size = FILE.byteLength): Promise<Answer> => world.post(`${message}/attachments/createUploadSession`, { AttachmentItem: { attachmentType: 'file', name: 'flower', size, contentType: 'image/jpeg' } });

/** Without a token: the address is enough. */
async function put(url: string, from: number, to: number, method: 'PUT' | 'DELETE' | 'GET' = 'PUT') {
  const { statusCode, headers, body } = await send(url, { dispatcher, method, ...(method === 'PUT' && { body: FILE.subarray(from, to + 1), headers: { 'content-type': 'application/octet-stream', 'content-range': `bytes ${from}-${to}/${FILE.byteLength}` } }) });
  const text = await body.text();
  return { status: statusCode, headers, text, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

describe('an upload session', () => {
  it('takes a large file piece by piece and attaches it', async () => {
    const session = await open();
    expect(session).toMatchObject({ status: 201, json: { nextExpectedRanges: ['0-'] } });
    const url = session.json['uploadUrl'] as string;
    const first = await put(url, 0, 3 * MEGABYTE - 1);
    expect([first.status, first.json['NextExpectedRanges']]).toEqual([200, [String(3 * MEGABYTE)]]);
    expect((await put(url, 0, 0, 'GET')).json['NextExpectedRanges']).toEqual([String(3 * MEGABYTE)]);
    const last = await put(url, 3 * MEGABYTE, FILE.byteLength - 1);
    expect([last.status, last.text, last.headers['location']]).toEqual([201, '', expect.stringMatching(/\/Attachments\('[^']+'\)$/)]);
    const { value } = await world.get(`${message}/attachments?$select=id,name,size,contentType`);
    expect(value).toMatchObject([{ name: 'flower', contentType: 'image/jpeg' }]);
    expect((await world.get(last.headers['location'] as string + '/$value')).bytes.equals(FILE)).toBe(true);
  });

  it('goes on after a piece whose answer was lost', async () => {
    const url = (await open()).json['uploadUrl'] as string;
    world.fault('http.drop-response', { method: 'PUT' }, 1);
    await expect(put(url, 0, MEGABYTE - 1)).rejects.toThrow(/closed|socket|reset/i);
    const again = await put(url, 0, MEGABYTE - 1);
    expect([again.status, again.json['error']]).toEqual([416, expect.objectContaining({ code: 'invalidRange' })]);
    expect((await put(url, MEGABYTE, 2 * MEGABYTE - 1)).json['NextExpectedRanges']).toEqual([String(2 * MEGABYTE)]);
  });

  it('refuses pieces out of order or too large, and other addresses', async () => {
    const url = (await open()).json['uploadUrl'] as string;
    expect((await put(url, MEGABYTE, 2 * MEGABYTE - 1)).status).toBe(416);
    expect((await put(url, 0, 4 * MEGABYTE + 10)).status).toBe(413);
    expect((await put(url.replace(/authtoken=.*/, 'authtoken=x'), 0, 9)).status).toBe(404);
  });

  it('is over when it is cancelled, or when two hours have passed', async () => {
    const [cancelled, late] = [(await open()).json['uploadUrl'] as string, (await open()).json['uploadUrl'] as string];
    expect((await put(cancelled, 0, 0, 'DELETE')).status).toBe(204);
    expect((await put(cancelled, 0, 9)).status).toBe(404);
    world.tenant.clock.jump(2 * 3_600_000 + 1);
    expect((await put(late, 0, 9)).status).toBe(404);
  });

  it('is for large files only', async () => {
    const small = await open(1_000);
    expect([small.status, small.json['error'].code]).toEqual([400, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize']);
    expect((await open(151 * MEGABYTE)).json['error'].code).toBe('ErrorMessageSizeExceeded');
  });

  it('is throttled by the octets of five minutes', async () => {
    world.tenant.directory.updateTenant({ limits: { ...world.tenant.directory.tenant.limits, graphUploadBytes: 2 * MEGABYTE } });
    const url = (await open()).json['uploadUrl'] as string;
    expect((await put(url, 0, MEGABYTE - 1)).status).toBe(200);
    const refused = await put(url, MEGABYTE, 2 * MEGABYTE - 1);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    world.tenant.clock.jump(300_000);
    expect((await put(url, MEGABYTE, 2 * MEGABYTE - 1)).status).toBe(200);
  });
});
