import { collectBytes } from '@signalbox/kit';
import type { ChangeBatch, FolderId } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf } from './setting.ts';
import { application, flower } from './transcripts/letters.ts';
import { play } from './transcripts/play.ts';
import { serverForTests } from './transcripts/server.ts';
import { example, transcript } from './transcripts/transcript.ts';

const server = serverForTests();

const inFolder = (folder: FolderId) => (key: string) => ({ folder, key });

describe('on transcripts of the documentation', () => {
  it('lists folders with their roles, children below their parents, and no searches', () =>
    play(server, transcript('folders').exchanges, async (scene) => {
      const { receive } = facetsOf(await scene.open());
      const folders = await collect(receive.listFolders());
      expect(folders.map(({ path, role }) => [path.join('/'), role])).toEqual([
        ['Archive', 'archive'],
        ['Conversation History', undefined],
        ['Deleted Items', 'trash'],
        ['Drafts', 'drafts'],
        ['Inbox', 'inbox'],
        ['Junk Email', 'junk'],
        ['Outbox', 'outbox'],
        ['Sent Items', 'sent'],
        ['Conversation History/displayName-value', undefined],
        ['Inbox/Projects', undefined],
      ]);
    }));

  it('lists a folder over its pages', () =>
    play(server, transcript('listing').exchanges, async (scene) => {
      const { receive } = facetsOf(await scene.open());
      const folder = 'AAMkAGVmMDEzM';
      expect(await collect(receive.list({ folder }))).toEqual([
        { ref: { folder, key: 'AAMkADhMGAAB=' }, receivedAt: new Date('2018-02-13T03:53:55Z'), sentAt: new Date('2018-02-13T03:53:55Z'), subject: 'MyAnalytics | Your past week', keywords: new Set() },
        {
          ref: { folder, key: 'AAMkADhMGAAA=' },
          messageId: 'MWHPR6E1BE060@MWHPR1120.namprd22.prod.outlook.com',
          receivedAt: new Date('2018-09-09T03:15:08Z'),
          sentAt: new Date('2018-09-09T03:15:06Z'),
          subject: '9/9/2018: concert',
          from: ['adelev@contoso.OnMicrosoft.com'],
          keywords: new Set(['$seen']),
        },
      ]);
    }));

  it('follows a folder: what came, what was marked and what was removed; then the position is lost', () =>
    play(server, transcript('delta').exchanges, async (scene) => {
      const { receive } = facetsOf(await scene.open());
      const folder = 'AQMkADNkNAAAgEMAAAA';
      const round = async (since?: ChangeBatch): Promise<ChangeBatch[]> => collect(receive.changes({ folder, since: since ? { kind: 'cursor', cursor: since.cursor } : { kind: 'beginning' } }));
      const first = await round();
      expect(first.map(({ changes, caughtUp }) => [changes.map((change) => change.type === 'message-added' && change.message.subject), caughtUp])).toEqual([
        [['Holiday hours update', 'Holiday promotion sale'], false],
        [['Microsoft Virtual Academy at Contoso', 'New or modified user account information'], false],
        [['Fabric CDN now available'], true],
      ]);
      const second = await round(first.at(-1));
      const ref = inFolder(folder);
      expect(second.map(({ changes }) => changes)).toEqual([
        // The message that was removed is not among the five: the documentation takes it from another walk.
        [{ type: 'message-removed', ref: ref('AAMkADk0MGFkODE3LWE4MmYtNDRhOS0Dh_6qB-pB2Sa2pUum19a6YAAKnLuxoAAA=') }, { type: 'message-updated', ref: ref('AAMkADNkNAAASq35xAAA='), keywords: new Set(['$seen']) }],
      ]);
      const third = await round(second.at(-1));
      expect(third.map(({ changes }) => changes)).toEqual([[{ type: 'message-updated', ref: ref('AQMkADNkNAAAVRMKAAAAA=='), keywords: new Set() }]]);
      await expect(round(third.at(-1))).rejects.toMatchObject({ code: 'cursor.expired', detail: { status: '410 syncStateNotFound' } });
    }));

  it('reads a message and its attachments of each kind', () =>
    play(server, transcript('content').exchanges, async (scene) => {
      const { receive } = facetsOf(await scene.open());
      const ref = inFolder('AAMkAGVmMDEzM');
      const textOf = async (source: Awaited<ReturnType<typeof receive.fetchRaw>>): Promise<string> => {
        await using _ = source;
        return (await collectBytes(source.bytes)).toString();
      };
      expect(await textOf(await receive.fetchRaw(ref('4aade2547798441eab5188a7a2436bc1')))).toBe(example('006').response?.bodyText);
      const message = ref('AAMkAGUzY5QKjAAA=');
      const attachments = await receive.listAttachments(message);
      const document = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
      expect(attachments).toEqual([
        { id: 'file.AAMkAGUzY5QKjAAABEgAQAMkpJI_X-LBFgvrv1PlZYd8=', kind: 'file', filename: 'Draft sales invoice template.docx', mediaType: document, inline: false },
        { id: 'message.AAMkADA1MCJKtzmnlcqVgqI=', kind: 'message', filename: 'Reminder - please bring laptop', mediaType: 'message/rfc822', inline: false },
        { id: 'link.AAMkAGUzY5QKgAAABEgAQAISJOe1FEqdNsMEQmpZjRW8=', kind: 'link', filename: 'Sales Invoice Template.docx', mediaType: document, inline: false },
      ]);
      const [file, item, link] = attachments.map(({ id }) => id);
      expect(await textOf(await receive.fetchAttachment(message, file!))).toBe(example('049').response?.bodyText);
      expect(await textOf(await receive.fetchAttachment(message, item!))).toContain("Subject: Let's go for lunch");
      await expect(receive.fetchAttachment(message, link!)).rejects.toMatchObject({ code: 'capability.unsupported' });
    }));

  it('counts, marks and moves messages, each of them for itself', () =>
    play(server, transcript('changing').exchanges, async (scene) => {
      const { receive, mutate } = facetsOf(await scene.open());
      const ref = inFolder('AAMkAGVmMDEzM');
      const [concert, undeliverable, gone] = [ref('AAMkADhMGAAA='), ref('AAMkADhAAATs28OAAA='), ref('AAMkBAD')];
      expect(await receive.unread('AAMkAGVmMDEzM')).toBe(59);
      await mutate.updateKeywords([concert, undeliverable], { add: ['$seen'] });
      await expect(mutate.move([undeliverable, gone, concert], 'deleteditems')).rejects.toMatchObject({
        done: [
          { from: undeliverable, to: { folder: 'deleteditems', key: 'AAMkADhAAAW-VPeAAA=' } },
          { from: concert, to: { folder: 'deleteditems', key: 'AAMkADhMGAAA=' } },
        ],
        failed: [{ item: gone, error: { code: 'message.not-found' } }],
      });
    }));

  it('stages a letter as a draft from MIME, and sends it by its id', () =>
    play(server, transcript('sending').exchanges, async (scene) => {
      const { send } = await scene.open();
      const letter = application();
      const staged = await send!.stage!(letter);
      expect(staged.messageId).toBe('AAAAAAAAAA@AAAAAAA0001AA0000.codcod00.prod.outlook.com');
      expect(Buffer.from(String(scene.asked.at(-1)?.body), 'base64').equals(letter.bytes)).toBe(true);
      expect(await send!.dispatch(staged)).toEqual({ accepted: ['MeganB@contoso.com'], messageId: staged.messageId, sentCopy: 'unknown' });
    }));

  it.each(['upload', 'upload-partly'])('uploads a large attachment, and goes on where the server says it has got to (%s)', (name) =>
    play(server, transcript(name).exchanges, async (scene) => {
      const { send } = await scene.open();
      const receipt = await send!.dispatch(flower());
      expect(receipt.messageId).toBe('MWHPR1301MB@MWHPR1301MB.namprd13.prod.outlook.com');
      const [whole, rest] = scene.asked.filter(({ method }) => method === 'PUT').map(({ body }) => body as Buffer);
      expect(whole?.subarray(2_097_152).equals(rest!)).toBe(true);
      expect(scene.asked.filter(({ url }) => url.host !== 'graph.microsoft.com')).toHaveLength(3);
    }));
});
