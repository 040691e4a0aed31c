import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with a configuration, removed at the end. */
export async function withConfig(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  for (const [name, content] of Object.entries({ 'signalbox.yaml': yaml, ...files })) await writeFile(join(folder, name), content);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Mailboxes on the scripted transport, plus whatever else is given. */
export const scriptedConfig = (mailboxes: readonly string[], extra = '', transport = 'scripted'): string => `version: 1
organization: contoso
flows:
  scripted:
    receive: { transport: ${transport}, auth: scripted-auth }
    send: { transport: ${transport}, auth: scripted-auth }
${extra}mailboxes:
${mailboxes.map((id) => `  - { id: ${id}, address: ${id}@contoso.example, flow: scripted }`).join('\n')}
`;
