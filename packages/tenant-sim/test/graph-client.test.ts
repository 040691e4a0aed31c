import { type Client, FileUpload, LargeFileUploadTask, PageIterator } from '@microsoft/microsoft-graph-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';
import { type MicrosoftClient, openMicrosoftClient } from './microsoft-client.ts';

// Microsoft's own client as a witness: it knows nothing of this simulator.

let world: GraphWorld;
let opened: MicrosoftClient;
let client: Client;
beforeEach(async () => {
  world = await openGraph();
  opened = await openMicrosoftClient(world);
  ({ client } = opened);
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const user = `/users/${SALES}`;

describe("Microsoft's client", () => {
  it('lists, pages through and filters messages', async () => {
    for (let index = 0; index < 25; index += 1) world.put([`Subject: Mail ${index}`, 'From: <a@example.net>', '', 'x']);
    const first = (await client.api(`${user}/messages`).select(['subject']).top(10).get()) as { value: { subject: string }[] };
    const seen: string[] = [];
    await new PageIterator(client, first, (message: { subject: string }) => seen.push(message.subject) > 0).iterate();
    expect(new Set(seen).size).toBe(25);
    const filtered = (await client.api(`${user}/messages`).filter("subject eq 'Mail 7'").count(true).get()) as Record<string, unknown>;
    expect(filtered['@odata.count']).toBe(1);
  });

  it('writes, sends and sees what it sent', async () => {
    const draft = (await client.api(`${user}/messages`).header('Prefer', 'IdType="ImmutableId"').post({ subject: 'By client', toRecipients: [{ emailAddress: { address: SUPPORT } }] })) as { id: string };
    await client.api(`${user}/messages/${draft.id}`).header('Prefer', 'IdType="ImmutableId"').patch({ importance: 'high' });
    await client.api(`${user}/messages/${draft.id}/send`).post({});
    const sent = (await client.api(`${user}/mailFolders/sentitems/messages/${draft.id}`).get()) as Record<string, unknown>;
    expect(sent).toMatchObject({ subject: 'By client', isDraft: false, importance: 'high' });
    expect(world.tenant.store.mailbox(SUPPORT)!.folder('inbox')!.messages).toHaveLength(1);
  });

  it('waits and repeats when it is throttled', async () => {
    world.fault('http.refuse', { status: 429, retryAfter: 1 }, 1);
    const { value } = (await client.api(`${user}/mailFolders`).get()) as { value: unknown[] };
    expect(value.length).toBeGreaterThan(0);
    expect(world.tenant.faults.list()[0]?.struck).toBe(1);
  });

  it('understands errors', async () => {
    await expect(client.api(`${user}/messages/AAMkNone`).get()).rejects.toMatchObject({ statusCode: 404, code: 'ErrorItemNotFound', requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string });
  });

  it('uploads a large attachment', async () => {
    const draft = (await client.api(`${user}/messages`).post({ subject: 'Large' })) as { id: string };
    const file = Buffer.alloc(4_000_000, 7);
    const session = await LargeFileUploadTask.createUploadSession(client, `${user}/messages/${draft.id}/attachments/createUploadSession`, { AttachmentItem: { attachmentType: 'file', name: 'large.bin', size: file.byteLength } });
    await new LargeFileUploadTask(client, new FileUpload(file, 'large.bin', file.byteLength), session, { rangeSize: 1_310_720 }).upload();
    const { value } = (await client.api(`${user}/messages/${draft.id}/attachments`).get()) as { value: { name: string; contentBytes: string }[] };
    expect(value.map(({ name }) => name)).toEqual(['large.bin']);
    expect(Buffer.from(value[0]!.contentBytes, 'base64').equals(file)).toBe(true);
  });
});
