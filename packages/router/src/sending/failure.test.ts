import { ERROR_CODES, MailError, type MailErrorCode } from '@signalbox/core';
import { expect, it } from 'vitest';
import { classify, type FailureClass } from './failure.ts';

const codes = Object.keys(ERROR_CODES) as MailErrorCode[];
const atWire = (code: MailErrorCode, options = {}): FailureClass => classify(new MailError(code, code, options), 'at-wire');

it('keeps the classes of failure apart, for every code there is', () => {
  expect(Object.fromEntries(codes.map((code) => [code, atWire(code)]))).toEqual({
    'config.invalid': 'waits',
    'plugin.incompatible': 'waits',
    'capability.unsupported': 'refused',
    'transport.closed': 'retry',
    'auth.interaction-required': 'waits',
    'auth.rejected': 'waits',
    'auth.method-disabled': 'waits',
    'auth.wrong-account': 'waits',
    'access.denied': 'waits',
    'mailbox.not-found': 'waits',
    'folder.not-found': 'refused',
    'message.not-found': 'unknown',
    'cursor.expired': 'retry',
    'cursor.foreign': 'retry',
    'throttled': 'throttle',
    'unavailable': 'retry',
    'timeout': 'retry',
    'connection.lost': 'retry',
    'tls.failed': 'waits',
    'quota.exceeded': 'quota',
    'message.too-large': 'refused',
    'message.refused': 'refused',
    'sender.refused': 'person',
    'recipient.refused': 'refused',
    'delivery.unknown': 'unknown',
    'partial-failure': 'refused',
    'protocol.violation': 'retry',
  });
});

it('takes nothing for sent, and nothing for open, before the wire', () => {
  const before = codes.map((code) => classify(new MailError(code, code), 'before-wire'));
  expect(before).not.toContain('unknown');
  expect(classify(new TypeError('a bug'), 'before-wire')).toBe('retry');
});

it('leaves the outcome open when a plugin fails at the wire and does not explain it', () => {
  expect(classify(new TypeError('a bug'), 'at-wire')).toBe('unknown');
  expect(atWire('timeout', { retry: 'unknown-outcome' })).toBe('unknown');
});

it('lets a message alone be wrong where only the message is', () => {
  expect(atWire('config.invalid', { affects: 'item' })).toBe('refused');
  expect(atWire('access.denied', { affects: 'item' })).toBe('person');
});
