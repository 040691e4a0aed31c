import { MailError, type MailErrorCode } from '@signalbox/core';

const CODES: Readonly<Record<string, MailErrorCode>> = {
  ENOENT: 'unavailable',
  ENOTDIR: 'config.invalid',
  EACCES: 'access.denied',
  EPERM: 'access.denied',
  EROFS: 'access.denied',
  ENOSPC: 'quota.exceeded',
  EDQUOT: 'quota.exceeded',
};

const REMEDIES: Readonly<Partial<Record<MailErrorCode, string>>> = {
  unavailable: 'Create the directory, or correct `directory`.',
  'config.invalid': 'Set `directory` to a directory.',
  'access.denied': 'Allow the user that Signalbox runs as to write into the directory.',
  'quota.exceeded': 'Free space on the disk of the directory.',
};

/** The only place where the words of the operating system become ours. */
export function toMailError(error: unknown, directory: string): unknown {
  const status = error instanceof Error && 'code' in error ? String(error.code) : '';
  const code = CODES[status];
  if (code === undefined) return error;
  const text = REMEDIES[code];
  return new MailError(code, `Nothing can be put into the pickup directory ${directory}.`, {
    ...(text !== undefined && { remedy: { who: 'operator', action: 'fix-config', text } }),
    detail: { protocol: 'file', status },
    cause: error,
  });
}
