import { INSTALL_HINT, LabError } from '../lab-error.ts';
import { run } from '../process.ts';

/** The version, when it is one that reads the lab's configuration. */
export async function demandDovecotVersion(): Promise<string> {
  const text = await run('/usr/sbin/dovecot', ['--version']).catch((cause: unknown) => {
    throw new LabError(`Dovecot is not installed. ${INSTALL_HINT}`, { cause });
  });
  const version = text.toString().trim().split(' ')[0] ?? '';
  if (!version.startsWith('2.3.')) {
    throw new LabError(`The lab's configuration is for Dovecot 2.3, and this is ${version}: later ones read another language. Debian 12 has 2.3.`);
  }
  return version;
}
