import { readFile } from 'node:fs/promises';
import { ConfigError } from '@signalbox/router';

/** Throws `ConfigError` when it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new ConfigError(file, [{ path: '(file)', severity: 'error', ...(UNREADABLE[String(code)] ?? unreadable(code)) }]);
  }
}

interface Unreadable {
  readonly message: string;
  readonly remedy: string;
}

const NAME_ANOTHER = 'name another with --config or SIGNALBOX_CONFIG';

const UNREADABLE: Readonly<Record<string, Unreadable>> = {
  ENOENT: { message: 'There is no such file.', remedy: `Create it (\`signalbox schema\` describes it), or ${NAME_ANOTHER}.` },
  EISDIR: { message: 'This is a folder, not a file.', remedy: 'Name the file inside it with --config.' },
  EACCES: { message: 'This account may not read the file.', remedy: `Allow reading it, or ${NAME_ANOTHER}.` },
};

const unreadable = (code: unknown): Unreadable => ({ message: `The file cannot be read (${String(code)}).`, remedy: `Check the path, or ${NAME_ANOTHER}.` });
