import { expect, it } from 'vitest';
import { message } from './build.ts';
import { subjectOf } from './subject.ts';

it('finds the subject of a message that a case has built', () => {
  expect(subjectOf(message({ subject: 'moved by another client' }))).toBe('moved by another client');
});

it.each([
  ['in whatever case and line ends it is written', 'From: a@b.c\nSUBJECT:x y\n\nbody', 'x y'],
  ['in the header alone', 'From: a@b.c\r\n\r\nSubject: body\r\n', undefined],
])('finds the subject %s', (_how, raw, subject) => {
  expect(subjectOf(Buffer.from(raw))).toBe(subject);
});
