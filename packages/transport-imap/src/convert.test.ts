import { isMailError } from '@signalbox/core';
import type { FetchMessageObject } from 'imapflow';
import { describe, expect, it } from 'vitest';
import { flagsFor, keywordsOf, removableFlags, storableKeywords, summaryOf } from './convert.ts';

const row = (fields: Partial<FetchMessageObject>): FetchMessageObject => ({ seq: 1, uid: 7, flags: new Set(), internalDate: new Date(0), ...fields });
const ANY = { permanentFlags: new Set(['\\Seen', '\\*']), flags: new Set(['\\Seen']) };
/** Exchange Online, FACTS.md C5. */
const FEW = { permanentFlags: new Set(['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '$MDNSent']), flags: new Set<string>() };

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return isMailError(error) ? error.code : undefined;
  }
  return undefined;
};

describe('a summary', () => {
  it('has only what the server told', () => {
    expect(summaryOf(row({ envelope: {} }), 'INBOX', '42')).toEqual({ ref: { folder: 'INBOX', key: '42.7' }, receivedAt: new Date(0), keywords: new Set() });
  });

  it('carries the envelope, ids without brackets, addresses without names', () => {
    const summary = summaryOf(
      row({
        size: 5,
        flags: new Set(['\\Seen', '$Forwarded', '\\Recent']),
        envelope: {
          date: new Date(1000),
          subject: '"Quoted" Grüße',
          messageId: '<a@b>',
          inReplyTo: ' <p@b> (comment)',
          from: [{ name: 'X', address: 'x@y' }, { name: 'a group', address: '' }],
        },
        headers: Buffer.from('References: <r1@b>\r\n\t<r2@b>\r\n\r\n'),
      }),
      'INBOX',
      '1',
    );
    expect(summary).toMatchObject({ messageId: 'a@b', inReplyTo: 'p@b', references: ['r1@b', 'r2@b'], from: ['x@y'], subject: '"Quoted" Grüße', size: 5, sentAt: new Date(1000) });
    expect(summary?.keywords).toEqual(new Set(['$seen', '$forwarded']));
  });

  it('tells a report by its Content-Type, in whatever order the fields came, and its references with it', () => {
    const headers = Buffer.from('Content-Type: multipart/report;\r\n\tboundary="<x@y>"; Report-Type=delivery-status\r\nReferences: <r1@b>\r\n\r\n');
    expect(summaryOf(row({ headers }), 'INBOX', '1')).toMatchObject({ reportType: 'delivery-status', references: ['r1@b'] });
    expect(summaryOf(row({ headers: Buffer.from('References: <r1@b>\r\nContent-Type: text/plain; name="<x@y>"\r\n\r\n') }), 'INBOX', '1')).toEqual(
      expect.objectContaining({ references: ['r1@b'] }) as object,
    );
    expect(summaryOf(row({ headers: Buffer.from('Content-Type: text/plain; name="multipart/report; report-type=delivery-status"\r\n\r\n') }), 'INBOX', '1')).not.toHaveProperty('reportType');
  });

  it('invents no date for a header that cannot be read, and no references for an empty header', () => {
    const summary = summaryOf(row({ envelope: { date: 'some day soon', messageId: '' }, headers: Buffer.from('\r\n') }), 'INBOX', '1');
    expect(summary).not.toHaveProperty('sentAt');
    expect(summary).not.toHaveProperty('references');
    expect(summary).not.toHaveProperty('messageId');
  });

  it('is not made of a row that only tells about flags', () => {
    expect(summaryOf({ seq: 1, uid: 7, flags: new Set(['\\Seen']) }, 'INBOX', '1')).toBeUndefined();
    expect(summaryOf(row({ internalDate: 'no date' }), 'INBOX', '1')).toBeUndefined();
  });
});

describe('keywords and flags', () => {
  it('map system flags both ways and leave the session flags out', () => {
    expect(keywordsOf(new Set(['\\ANSWERED', '\\Deleted', 'Work']))).toEqual(new Set(['$answered', 'work']));
    expect(flagsFor(['$seen', '$flagged'], { permanentFlags: new Set(['\\Seen', '\\Flagged']), flags: new Set() })).toEqual(['\\Seen', '\\Flagged']);
  });

  it('take the spelling the server has', () => {
    expect(flagsFor(['$mdnsent'], FEW)).toEqual(['$MDNSent']);
  });

  it('refuse what the folder cannot keep, and what is no atom', () => {
    expect(flagsFor(['work'], ANY)).toEqual(['work']);
    expect(codeOf(() => flagsFor(['work'], FEW))).toBe('capability.unsupported');
    expect(codeOf(() => flagsFor(['two words'], ANY))).toBe('capability.unsupported');
    expect(codeOf(() => flagsFor(['\\deleted'], ANY))).toBe('capability.unsupported');
  });

  it('take away only what could ever have been set', () => {
    expect(removableFlags(['$seen', 'work', 'two words'])).toEqual(['\\Seen', 'work']);
  });

  it('say for the traits what can be kept', () => {
    expect(storableKeywords(ANY)).toBe('any');
    expect(storableKeywords(FEW)).toEqual(['$seen', '$answered', '$flagged', '$draft', '$mdnsent']);
  });
});
