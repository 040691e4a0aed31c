import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { makeLocalCertificate, startImapServer, startSmtpServer } from '@signalbox/local-servers';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { loadBundledPlugins } from 'signalbox';
import { configurationText } from './configuration.ts';

/** The servers behind the demo, and the configuration that routes to them. Disposal ends and removes all of it. */
export interface DemoWorld extends AsyncDisposable {
  /** The configuration file. */
  readonly file: string;
  readonly plugins: readonly Plugin[];
  /** Puts a mail into the inbox of a mailbox, behind the back of its route. */
  deliver(mailbox: string, raw: Uint8Array): Promise<void>;
}

const SALES = 'sales@railway.example';
const SUPPORT = 'support@railway.example';
const PRESS = 'press@railway.example';

export async function openDemoWorld(): Promise<DemoWorld> {
  await using stack = new AsyncDisposableStack();
  const certificate = await makeLocalCertificate();
  const password = randomBytes(12).toString('base64url');
  const token = randomBytes(96).toString('base64url');
  const sales = stack.use(await startImapServer({ username: SALES, password, certificate }));
  const support = stack.use(await startImapServer({ username: SUPPORT, token, certificate }));
  const accounts = [
    { username: SALES, password, senders: [SALES, PRESS] },
    { username: SUPPORT, token },
  ];
  const smtp = stack.use(await startSmtpServer({ accounts, certificate, forget: true }));
  const memory = createMemoryServer();
  memory.addMailbox(PRESS);

  const folder = await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'signalbox.yaml');
  await Promise.all([
    writeFile(file, configurationText({ sales, support, smtp })),
    writeFile(join(folder, 'ca.pem'), certificate.certificate),
    writeFile(join(folder, 'sales.password'), password, { mode: 0o600 }),
    writeFile(join(folder, 'support.token'), token, { mode: 0o600 }),
  ]);

  const inboxes: Readonly<Record<string, (raw: Uint8Array) => void>> = {
    sales: (raw) => void sales.deliver(raw),
    support: (raw) => void support.deliver(raw),
    press: (raw) => memory.deliver(PRESS, { raw }),
  };
  const bundled = await loadBundledPlugins();
  const kept = stack.move(); // nothing may fail from here on
  return {
    file,
    plugins: [...bundled.filter(({ name }) => name !== 'memory'), createMemoryPlugin(memory)],
    deliver: async (mailbox, raw) => inboxes[mailbox]?.(raw),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
