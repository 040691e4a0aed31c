import { MailError, type Secret } from '@signalbox/core';
import { Client } from 'pg';

/** Where a database is, without anything secret, for messages. Throws `config.invalid` for what is no address; the text is in no error. */
export function describeAddress(url: Secret): string {
  const text = url.reveal();
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw invalid('It does not begin with postgresql://.');
  try {
    const { database, host, port } = new Client({ connectionString: text }); // connects to nothing
    return `${database ?? '(default)'} at ${host.startsWith('/') ? host : `${host}:${port}`}`;
  } catch (error) {
    // Whoever parsed it may have put the text into the error; only a file that it names and that cannot be read is told further.
    const file = error instanceof Error && 'path' in error ? ` The file ${String(error.path)} that it names cannot be read.` : '';
    throw invalid(`It cannot be understood.${file}`);
  }
}

const invalid = (why: string): MailError =>
  new MailError('config.invalid', `The address of the database is not usable. ${why}`, {
    affects: 'endpoint',
    remedy: { who: 'operator', action: 'fix-config', text: 'Give DATABASE_URL as postgresql://user:password@host:5432/database, with special characters of the password in percent encoding.' },
  });
