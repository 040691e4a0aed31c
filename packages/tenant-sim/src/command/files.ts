import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Tenant } from '../tenant.ts';
import { configurationText, configuredMailboxes, SECRET_FILE } from './configuration.ts';

/** What the command lays down for others to read. Disposal removes the files. */
export interface TenantFiles extends AsyncDisposable {
  readonly folder: string;
  readonly caFile: string;
  readonly configurationFile: string;
}

/** Without a folder a temporary one is made, and removed in the end; of a given one nothing but what was written is. */
export async function writeFiles(tenant: Tenant, given?: string): Promise<TenantFiles> {
  await using stack = new AsyncDisposableStack();
  const folder = given === undefined ? await mkdtemp(join(tmpdir(), 'signalbox-tenant-')) : resolve(given);
  if (given === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }));
  else await mkdir(folder, { recursive: true });
  const remember = (name: string): string => {
    const file = join(folder, name);
    stack.defer(() => rm(file, { force: true }));
    return file;
  };
  const write = async (name: string, text: string, mode = 0o644): Promise<string> => {
    const file = remember(name);
    await writeFile(file, text, { mode });
    return file;
  };
  const caFile = await write('ca.pem', tenant.certificates.ca);
  const mailboxes = configuredMailboxes(tenant);
  for (const { password } of mailboxes) if (password) await write(password.file, password.text, 0o600);
  const secret = tenant.directory.apps()[0]?.secrets[0]?.value;
  if (tenant.doors.entra && secret !== undefined) await write(SECRET_FILE, secret, 0o600);
  const configurationFile = await write('signalbox.yaml', configurationText(tenant, mailboxes));
  const kept = stack.move(); // nothing may fail from here on
  return { folder, caFile, configurationFile, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
