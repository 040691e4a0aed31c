import { describe, expect, it } from 'vitest';
import { reportTypeOf } from './report-type.ts';

describe('the type of a report', () => {
  it.each([
    ['multipart/report; report-type=delivery-status; boundary=b', 'delivery-status'],
    [' Multipart/Report; boundary="b";\r\n\tREPORT-TYPE="Delivery-Status"', 'delivery-status'],
    ['multipart/report (so to say); report-type = disposition-notification', 'disposition-notification'],
    ['multipart/report; boundary=b', undefined],
    ['multipart/report', undefined],
    ['multipart/mixed; report-type=delivery-status', undefined],
    ['multipart/reporting; report-type=delivery-status', undefined],
    ['', undefined],
  ])('of %j is %s', (contentType, type) => {
    expect(reportTypeOf(contentType)).toBe(type);
  });
});
