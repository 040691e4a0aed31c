import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Tenant } from '../tenant.ts';
import { configurationText, configuredMailboxes } from './configuration.ts';
import { keepTokenFile } from './token-file.ts';

/** What the command lays down for others to read. Disposal ends the renewal of tokens and removes the files. */
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
  const credentials = new Map(mailboxes.map(({ credential }) => [credential.file, credential]));
  for (const [name, { kind, of }] of credentials) {
    if (kind === 'password') await write(name, of.password, 0o600);
    else stack.use(await keepTokenFile(tenant, { file: remember(name), user: of.userPrincipalName }));
  }
  const configurationFile = await write('signalbox.yaml', configurationText(tenant, mailboxes));
  const kept = stack.move(); // nothing may fail from here on
  return { folder, caFile, configurationFile, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
