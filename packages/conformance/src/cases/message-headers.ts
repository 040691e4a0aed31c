import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliveryReport, message, newMessageId } from '../messages/build.ts';
import { deliverRaw } from '../support/deliver.ts';
import { handsOut } from '../support/kept-bytes.ts';
import { allOf, messageOf, rawOf } from '../support/reading.ts';

const NEEDS = { facets: ['receive'], door: ['deliver'] } as const;

export const HEADER_CASES: readonly Case[] = [
  {
    id: 'message/same-message-id-twice',
    title: 'reports two messages with the same Message-ID as two',
    needs: NEEDS,
    async run(world) {
      const messageId = newMessageId();
      await deliverRaw(world, message({ subject: 'first', messageId }));
      await deliverRaw(world, message({ subject: 'second', messageId }));
      const all = await allOf(world.transport);
      assert.deepEqual(all.map((summary) => [summary.subject, summary.messageId]).toSorted(([a = ''], [b = '']) => a.localeCompare(b)), [['first', messageId], ['second', messageId]]);
      assert.notEqual(all[0]?.ref.key, all[1]?.ref.key, 'two messages share one ref');
    },
  },
  {
    id: 'message/no-message-id',
    title: 'reports a message without Message-ID, and invents none',
    needs: NEEDS,
    async run(world) {
      await deliverRaw(world, message({ subject: 'anonymous', messageId: null }));
      assert.equal((await messageOf(world.transport, 'anonymous')).messageId, undefined);
    },
  },
  {
    id: 'message/message-id-on-next-line',
    title: 'reads a Message-ID that is folded onto the next line',
    needs: NEEDS,
    async run(world) {
      const messageId = newMessageId();
      await deliverRaw(world, message({ subject: 'folded id', messageId: null, headers: [`Message-ID:\r\n <${messageId}>`] }));
      assert.equal((await messageOf(world.transport, 'folded id')).messageId, messageId);
    },
  },
  {
    id: 'message/no-date',
    title: 'invents no date for a message whose Date header is missing or unreadable',
    needs: NEEDS,
    async run(world) {
      await deliverRaw(world, message({ subject: 'without', date: null }));
      await deliverRaw(world, message({ subject: 'unreadable', date: 'some day soon' }));
      for (const subject of ['without', 'unreadable']) {
        const { sentAt, receivedAt } = await messageOf(world.transport, subject);
        assert.equal(sentAt, undefined, `sentAt of a message ${subject} a date`);
        assert.ok(Math.abs(receivedAt.getTime() - Date.now()) < 86_400_000, 'receivedAt is the server’s clock');
      }
    },
  },
  {
    id: 'message/no-subject',
    title: 'invents no subject for a message that has none',
    needs: NEEDS,
    async run(world) {
      await deliverRaw(world, Buffer.from(`From: robin@sender.example\r\nMessage-ID: <${newMessageId()}>\r\n\r\nno subject\r\n`));
      const [summary] = await allOf(world.transport);
      assert.equal(summary?.subject, undefined);
    },
  },
  {
    id: 'message/sender',
    title: 'tells the addresses of the From header without display names',
    needs: NEEDS,
    async run(world) {
      await deliverRaw(world, message({ subject: 'from two', from: '"Ostrander, Robin" <robin@sender.example>, =?utf-8?Q?J=C3=B6rg?= <joerg@sender.example>' }));
      const { from } = await messageOf(world.transport, 'from two');
      if (from !== undefined) assert.deepEqual(from, ['robin@sender.example', 'joerg@sender.example']);
    },
  },
  {
    id: 'message/thread-headers',
    title: 'tells In-Reply-To and References without brackets, oldest first',
    needs: NEEDS,
    async run(world) {
      const [first, second, third] = [newMessageId(), newMessageId(), newMessageId()];
      await deliverRaw(world, message({ subject: 'a reply', headers: [`In-Reply-To: <${third}>`, `References: <${first}>\r\n <${second}>\r\n\t<${third}>`] }));
      const { inReplyTo, references } = await messageOf(world.transport, 'a reply');
      assert.equal(inReplyTo ?? third, third);
      assert.deepEqual(references ?? [first, second, third], [first, second, third]);
    },
  },
  {
    id: 'message/report-type',
    title: 'tells a delivery report by its Content-Type, whoever sent it, and takes nothing else for one (RFC 6522 §3)',
    needs: NEEDS,
    async run(world) {
      const [odd, plain] = [newMessageId(), newMessageId()];
      await deliverRaw(world, deliveryReport({ subject: 'a report', from: 'robin@sender.example', messageId: odd }));
      await deliverRaw(world, message({ subject: 'no report', from: 'MAILER-DAEMON@sender.example', messageId: plain }));
      const { reportType = 'delivery-status' } = await messageOf(world.transport, 'a report');
      assert.equal(reportType, 'delivery-status');
      assert.equal((await messageOf(world.transport, 'no report')).reportType, undefined);
    },
  },
  {
    id: 'message/encoded-subject',
    title: 'decodes a subject in RFC 2047, also across encoded words',
    needs: NEEDS,
    async run(world) {
      await deliverRaw(world, message({ subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= =?iso-8859-1?Q?_K=F6ln?=' }));
      const [summary] = await allOf(world.transport);
      assert.equal(summary?.subject, 'Grüße aus Köln');
    },
  },
  {
    id: 'message/eight-bit-headers',
    title: 'reads 8-bit and SMTPUTF8 headers as they stand (RFC 6532)',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'Grüße aus Köln', from: 'Jürgen Müller <jürgen@müller.example>' });
      await deliverRaw(world, raw);
      const { subject, ref } = (await allOf(world.transport))[0] ?? {};
      assert.equal(subject, 'Grüße aus Köln');
      assert.ok(ref && (await rawOf(world.transport, ref)).includes('jürgen@müller.example'), 'the address is not in the bytes handed out');
    },
  },
  {
    id: 'message/unreadable-headers',
    title: 'reads a message whose headers are in no known character set',
    needs: NEEDS,
    async run(world) {
      const header = Buffer.from('From: J\u00fcrgen <juergen@sender.example>\r\nSubject: latin K\u00f6ln =?x-unknown?Q?=FF?= =?utf-8?B?%%%?=\r\n\r\n', 'latin1');
      await deliverRaw(world, Buffer.concat([header, Buffer.from('still readable\r\n')]));
      const [summary] = await allOf(world.transport);
      assert.ok(summary, 'the message was not reported');
      assert.ok((await rawOf(world.transport, summary.ref)).includes('still readable'));
    },
  },
  {
    id: 'message/folded-headers',
    title: 'unfolds a folded subject',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'a subject that goes on\r\n and on\r\n\tand on' });
      await deliverRaw(world, raw);
      const [summary] = await allOf(world.transport);
      assert.equal(summary?.subject?.replaceAll('\t', ' '), 'a subject that goes on and on and on');
    },
  },
  {
    id: 'message/original-bytes',
    title: 'hands out the bytes that arrived, so that signatures still verify',
    needs: NEEDS,
    async run(world) {
      const raw = message({
        subject: 'signed',
        headers: ['X-Odd-Spacing:   three   spaces  ', 'x-lower-case: kept', 'DKIM-Signature: v=1; a=rsa-sha256;\r\n\tb=abc'],
        body: 'trailing space \r\n\ttab\r\n.\r\n..two dots\r\nFrom the start\r\nno line end at the end',
      });
      await deliverRaw(world, raw);
      await handsOut(world, raw, 'signed');
    },
  },
];
