import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as password } from '@signalbox/auth-password';
import { startTenant, type Tenant, trustingFetch } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { CLIENT_ID } from './entra-world.ts';
import { type Outcome, type RunSettings, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

export const plugins: readonly Plugin[] = [graph, imap, smtp, entra, password];

/** A simulated tenant, and a folder with a configuration that has no mailboxes yet. */
export interface ImportWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly folder: string;
  /** What another program holds that has signed somebody in with the same application. */
  refreshTokenOf(address: string): Promise<string>;
  run(argv: readonly string[], settings?: Partial<RunSettings>): Promise<Outcome>;
  /** The configuration as it lies there now. */
  text(): Promise<string>;
}

export const configurationOf = ({ doors, directory }: Tenant): string => `# The configuration of a test.
version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID} }
auth: { entra: { authority: '${new URL(doors.entra!.authority).origin}' } }
servers:
  graph: { baseUrl: '${doors.graph!.baseUrl}', pollIntervalMs: 200 }
  imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit } # the old server
  smtp: { host: localhost, port: ${doors.smtp!.port}, tls: starttls }
`;

export async function openImportWorld(files: Readonly<Record<string, string>> = {}): Promise<ImportWorld> {
  const tenant = await startTenant({ mime: 'kept' });
  tenant.directory.updateApp(CLIENT_ID, { publicClient: true });
  const network = trustingFetch(tenant.certificates.ca);
  const workspace = await withConfig(configurationOf(tenant), { 'ca.pem': tenant.certificates.ca, ...files });
  const { folder } = workspace;
  return {
    tenant,
    folder,
    async refreshTokenOf(address) {
      const scope = 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access';
      const body = new URLSearchParams({ grant_type: 'password', client_id: CLIENT_ID, username: address, password: tenant.directory.user(address)!.password, scope }).toString();
      const answer = await network.fetch(`${tenant.doors.entra!.authority}/oauth2/v2.0/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
      const { refresh_token: token } = (await answer.json()) as { readonly refresh_token?: string };
      if (token === undefined) throw new Error(`Entra gave ${address} no refresh token.`);
      return token;
    },
    run: (argv, settings) => signalbox(argv, { cwd: folder, env: { SIGNALBOX_DATA: join(folder, 'data', 'store'), PATH: process.env['PATH'] ?? '', COLUMNS: '160' }, plugins, ...settings }),
    text: () => readFile(join(folder, 'signalbox.yaml'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}
