import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { explainFailure } from './errors.ts';

const sqlite = (errcode: number): Error => Object.assign(new Error('what SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode });
const system = (code: string): Error => Object.assign(new Error('what the system says'), { code });

describe('a failure of the database', () => {
  it.each([
    ['a damaged page', sqlite(11), 'config.invalid', 'never'],
    ['a page damaged inside an index', sqlite(779), 'config.invalid', 'never'],
    ['another kind of file', sqlite(26), 'config.invalid', 'never'],
    ['a read-only file', sqlite(8), 'config.invalid', 'never'],
    ['a read-only directory', sqlite(1544), 'config.invalid', 'never'],
    ['a file that cannot be opened', sqlite(14), 'config.invalid', 'never'],
    ['a full disk', sqlite(13), 'quota.exceeded', 'after-remedy'],
    ['a lock that lasts', sqlite(5), 'unavailable', 'safe'],
    ['a snapshot that is too old', sqlite(517), 'unavailable', 'safe'],
    ['a disk that fails', sqlite(266), 'unavailable', 'safe'],
    ['no permission', system('EACCES'), 'config.invalid', 'never'],
    ['a read-only file system', system('EROFS'), 'config.invalid', 'never'],
    ['no space for a file', system('ENOSPC'), 'quota.exceeded', 'after-remedy'],
  ] as const)('tells %s by its code, and who can help', (_, cause, code, retry) => {
    expect(explainFailure(cause, '/place')).toMatchObject({ code, retry, affects: 'endpoint', cause, message: expect.stringContaining('/place') });
  });

  it('passes on what is explained already, and what it does not know', () => {
    for (const error of [new MailError('timeout', 'x'), sqlite(1), new Error('x'), 'text']) expect(explainFailure(error, '/place')).toBe(error);
  });
});
