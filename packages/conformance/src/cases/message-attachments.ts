import assert from 'node:assert/strict';
import type { Attachment } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import type { Case } from '../case.ts';
import { message } from '../messages/build.ts';
import { everyByte, filePart, multipart, type Part, textPart } from '../messages/mime.ts';
import { deliverRaw } from '../support/deliver.ts';
import { receiveOf } from '../support/parts.ts';
import { messageOf } from '../support/reading.ts';
import { sameBytes } from '../support/same-bytes.ts';
import type { World } from '../world.ts';

const NEEDS = { facets: ['receive'], door: ['deliver'] } as const;

const attachmentsOf = async (world: World, subject: string, parts: readonly Part[], subtype?: string): Promise<readonly Attachment[]> => {
  await deliverRaw(world, multipart(subject, parts, subtype));
  const { ref } = await messageOf(world.transport, subject);
  return receiveOf(world.transport).listAttachments(ref);
};

export const ATTACHMENT_CASES: readonly Case[] = [
  {
    id: 'message/attachment-bytes',
    title: 'hands out the decoded bytes of each attachment',
    needs: NEEDS,
    async run(world) {
      const attachments = await attachmentsOf(world, 'two files', [
        textPart('see attached'),
        filePart(everyByte(), 'application/octet-stream', 'attachment; filename="bytes.bin"'),
        { headers: ['Content-Type: text/csv', 'Content-Disposition: attachment; filename="table.csv"', 'Content-Transfer-Encoding: quoted-printable'], body: 'a=3Bb=\r\n=3Bc=' },
      ]);
      assert.deepEqual(attachments.map(({ filename, kind, mediaType, inline }) => [filename, kind, mediaType, inline]), [
        ['bytes.bin', 'file', 'application/octet-stream', false],
        ['table.csv', 'file', 'text/csv', false],
      ]);
      const { ref } = await messageOf(world.transport, 'two files');
      for (const [index, expected] of [everyByte(), Buffer.from('a;b;c')].entries()) {
        await using source = await receiveOf(world.transport).fetchAttachment(ref, attachments[index]?.id ?? '');
        sameBytes(await collectBytes(source.bytes), expected, `attachment ${index + 1}`);
      }
    },
  },
  {
    id: 'message/attachment-name-rfc2231',
    title: 'decodes attachment names in RFC 2231, continued and with a character set',
    needs: NEEDS,
    async run(world) {
      const attachments = await attachmentsOf(world, 'rfc 2231', [
        textPart('see attached'),
        filePart(everyByte(), 'application/pdf', "attachment; filename*0*=utf-8''%C3%9Cbersicht%20;\r\n filename*1*=M%C3%A4rz;\r\n filename*2=\".pdf\""),
        filePart(everyByte(), 'application/pdf', "attachment; filename*=iso-8859-1'de'K%F6ln.pdf"),
      ]);
      assert.deepEqual(attachments.map(({ filename }) => filename), ['Übersicht März.pdf', 'Köln.pdf']);
    },
  },
  {
    id: 'message/attachment-name-rfc2047',
    title: 'decodes attachment names in RFC 2047, as many senders write them',
    needs: NEEDS,
    async run(world) {
      const attachments = await attachmentsOf(world, 'rfc 2047', [
        textPart('see attached'),
        filePart(everyByte(), 'application/pdf; name="=?utf-8?Q?=C3=9Cbersicht?= =?utf-8?Q?_M=C3=A4rz=2Epdf?="', 'attachment'),
        filePart(everyByte(), 'application/pdf', 'attachment; filename="=?iso-8859-1?Q?K=F6ln=2Epdf?="'),
      ]);
      assert.deepEqual(attachments.map(({ filename }) => filename), ['Übersicht März.pdf', 'Köln.pdf']);
    },
  },
  {
    id: 'message/attachment-inline',
    title: 'tells an image within the text from a file beside it, by its Content-ID',
    needs: NEEDS,
    async run(world) {
      const [image] = await attachmentsOf(
        world,
        'inline',
        [{ headers: ['Content-Type: text/html'], body: '<img src="cid:logo@sender.example">' }, filePart(everyByte(), 'image/png', 'inline; filename="logo.png"', ['Content-ID: <logo@sender.example>'])],
        'related',
      );
      assert.deepEqual([image?.filename, image?.inline, image?.contentId, image?.mediaType], ['logo.png', true, 'logo@sender.example', 'image/png']);
    },
  },
  {
    id: 'message/attachment-message',
    title: 'tells an attached message from a file, and hands out its bytes',
    needs: NEEDS,
    async run(world) {
      const inner = message({ subject: 'the inner message' }).toString();
      const attachments = await attachmentsOf(world, 'forwarded', [textPart('see attached'), { headers: ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="inner.eml"'], body: inner }]);
      assert.deepEqual(attachments.map(({ kind, mediaType }) => [kind, mediaType]), [['message', 'message/rfc822']]);
      const { ref } = await messageOf(world.transport, 'forwarded');
      await using source = await receiveOf(world.transport).fetchAttachment(ref, attachments[0]?.id ?? '');
      assert.equal((await collectBytes(source.bytes)).toString(), inner);
    },
  },
  {
    id: 'message/attachment-sizes',
    title: 'tells no size of an attachment that is not its own',
    needs: NEEDS,
    async run(world) {
      const attachments = await attachmentsOf(world, 'sized', [textPart('see attached'), filePart(everyByte(), 'application/octet-stream', 'attachment; filename="bytes.bin"')]);
      for (const { size } of attachments) assert.equal(size ?? everyByte().byteLength, everyByte().byteLength, 'size counts octets after decoding');
    },
  },
];
