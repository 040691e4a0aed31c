import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { explainFailure, mayBeginAnew } from './errors.ts';

const said = (code: string | undefined, message = 'what was said'): Error => Object.assign(new Error(message), code === undefined ? {} : { code });

describe('a failure of PostgreSQL', () => {
  it.each([
    ['a wrong password', said('28P01'), 'auth.rejected', 'after-remedy'],
    ['a user that pg_hba.conf does not let in', said('28000'), 'auth.rejected', 'after-remedy'],
    ['no password', said(undefined, 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'auth.rejected', 'after-remedy'],
    ['a database that is missing', said('3D000'), 'config.invalid', 'never'],
    ['a right that is missing', said('42501'), 'config.invalid', 'never'],
    ['a standby', said('25006'), 'unavailable', 'safe'],
    ['a transaction that was overtaken', said('40001'), 'unavailable', 'safe'],
    ['a deadlock', said('40P01'), 'unavailable', 'safe'],
    ['a lock that lasts', said('55P03'), 'unavailable', 'safe'],
    ['a full disk', said('53100'), 'quota.exceeded', 'after-remedy'],
    ['too many connections', said('53300'), 'unavailable', 'safe'],
    ['too little memory', said('53200'), 'unavailable', 'safe'],
    ['a statement that takes too long', said('57014'), 'timeout', 'safe'],
    ['a server that shuts down in the middle', said('57P01'), 'connection.lost', 'unknown-outcome'],
    ['a server that is starting', said('57P03'), 'unavailable', 'safe'],
    ['a transaction that stood still', said('25P03'), 'connection.lost', 'safe'],
    ['a disk that fails', said('58030'), 'unavailable', 'safe'],
    ['a damaged index', said('XX002'), 'config.invalid', 'never'],
    ['a closed port', said('ECONNREFUSED'), 'unavailable', 'safe'],
    ['an unknown host', said('ENOTFOUND'), 'unavailable', 'safe'],
    ['a connection that breaks', said('ECONNRESET'), 'connection.lost', 'unknown-outcome'],
    ['a connection that ends', said(undefined, 'Connection terminated unexpectedly'), 'connection.lost', 'unknown-outcome'],
    ['a certificate of somebody else', said('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls.failed', 'after-remedy'],
    ['a server without TLS', said(undefined, 'The server does not support SSL connections'), 'tls.failed', 'after-remedy'],
  ] as const)('tells %s by its code, and who can help', (_, cause, code, retry) => {
    expect(explainFailure(cause, 'signalbox at db:5432', 'asking')).toMatchObject({ code, retry, affects: 'endpoint', cause, message: expect.stringContaining('signalbox at db:5432') });
  });

  it('while it is being reached has changed nothing', () => {
    for (const cause of [said('ECONNRESET'), said(undefined, 'Connection terminated due to connection timeout'), said('57P01')]) {
      expect(explainFailure(cause, 'there', 'connecting')).toMatchObject({ code: 'unavailable', retry: 'safe' });
    }
  });

  it('passes on what is explained already, and what it does not know', () => {
    for (const error of [new MailError('timeout', 'x'), said('23505'), said('42P01'), new Error('x'), 'text']) expect(explainFailure(error, 'there', 'asking')).toBe(error);
  });

  it('lets a transaction begin anew only where the server has chosen it to', () => {
    const asked = (code: string): boolean => mayBeginAnew(explainFailure(said(code), 'there', 'asking'));
    expect(['40001', '40P01', '55P03', '57P01', 'ECONNRESET'].filter(asked)).toEqual(['40001', '40P01']);
  });
});
