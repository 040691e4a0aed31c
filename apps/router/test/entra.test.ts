import { join } from 'node:path';
import { findCanaries, findCanariesIn } from '@signalbox/conformance';
import type { Tenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, enterCode, SALES, signInOnPage, startEntra } from './entra-tenant.ts';
import { EXIT, type Outcome, type RunSettings, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const SECRET = 'adapter-secret';

const configFor = (tenant: Tenant): string => `version: 1
organization: contoso
entra:
  tenant: contoso.test
  clientId: ${CLIENT_ID}
  clientSecret: '\${env:CLIENT_SECRET}'
  authority: https://localhost:${tenant.doors.entra?.port}
  renewal: { every: quarter, timeZone: Europe/Berlin }
network: { ca: ca.pem }
servers: { imap: { host: localhost, port: 1 }, smtp: { host: localhost, port: 1 } }
mailboxes:
  - { id: sales, address: ${SALES.address}, flow: o365-on-behalf-of }
  - { id: support, address: support@contoso.test, flow: o365-imap-client-credentials }
`;

interface EntraCommand extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly state: string;
  run(argv: readonly string[], settings?: RunSettings): Promise<Outcome>;
}

async function world(): Promise<EntraCommand> {
  const tenant = await startEntra();
  const workspace = await withConfig(configFor(tenant), { 'ca.pem': [tenant.certificates.ca].flat().join('\n') });
  const state = join(workspace.folder, 'state');
  return {
    tenant,
    state,
    run: (argv, settings) => signalbox(argv, { cwd: workspace.folder, env: { XDG_STATE_HOME: state, CLIENT_SECRET: SECRET }, ...settings }),
    async [Symbol.asyncDispose]() {
      await tenant[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** A browser in which this account signs in, and which follows where it is sent. */
const browserOf = (tenant: Tenant, address: string, pages: string[] = []) => async (url: string): Promise<void> => {
  const back = await signInOnPage(tenant, url, address);
  void fetch(back).then(async (response) => pages.push(await response.text()));
};

describe('signing in to Entra with the command', () => {
  it('works with a browser, for both directions, and is shown with what ends when', async () => {
    await using here = await world();
    const pages: string[] = [];
    const signedIn = await here.run(['auth', 'sign-in', 'sales'], { openUrl: browserOf(here.tenant, SALES.address, pages) });
    expect(signedIn).toMatchObject({ code: EXIT.ok, stdout: expect.stringContaining(`✔ sales is signed in as ${SALES.address}, for receiving and sending.`) });
    await expect.poll(() => pages).toMatchObject([expect.stringContaining('You are signed in')]);
    const status = await here.run(['auth', 'status', '--json']);
    expect(status.code).toBe(EXIT.ok);
    const [sales, support] = (JSON.parse(status.stdout) as { mailboxes: { credentials: Record<string, unknown>[] }[] }).mailboxes;
    expect(sales?.credentials).toMatchObject([{ directions: ['receive', 'send'], auth: 'entra', state: 'ready', account: SALES.address }]);
    const deadlines = (sales?.credentials[0]?.['deadlines'] ?? []) as { what: string }[];
    expect(deadlines.map(({ what }) => what).toSorted()).toEqual(['idle', 'renewal']);
    expect(support?.credentials).toMatchObject([{ directions: ['receive', 'send'], auth: 'entra', state: 'ready' }]);
  });

  it('works with a code on another device', async () => {
    await using here = await world();
    let entered = false;
    const onOutput = (stdout: string): void => {
      const [, url, code] = /(https:\/\/\S+)[\s\S]*enter the code\s+(\S+)/.exec(stdout) ?? [];
      if (entered || url === undefined || code === undefined) return;
      entered = true;
      void enterCode(here.tenant, url, code, SALES.address);
    };
    const { code, stdout } = await here.run(['auth', 'sign-in', 'sales', '--device-code'], { onOutput });
    expect({ code, entered }).toEqual({ code: EXIT.ok, entered: true });
    expect(stdout).toContain(`is signed in as ${SALES.address}`);
  });

  it('refuses somebody else, and says who is meant', async () => {
    await using here = await world();
    const { code, stderr } = await here.run(['auth', 'sign-in', 'sales'], { openUrl: browserOf(here.tenant, 'support@contoso.test') });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain('auth.wrong-account');
    const status = await here.run(['auth', 'status', 'sales', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: false, mailboxes: [{ credentials: [{ state: 'action-required', remedy: { action: 'sign-in-again' } }] }] });
  });

  it('is undone by signing out, also while Entra cannot be reached', async () => {
    await using here = await world();
    await here.run(['auth', 'sign-in', 'sales'], { openUrl: browserOf(here.tenant, SALES.address) });
    await here.tenant[Symbol.asyncDispose]();
    expect(await here.run(['auth', 'sign-out', 'sales'])).toMatchObject({ code: EXIT.ok, stdout: expect.stringContaining('sales is signed out, for receiving and sending.') });
    expect((await here.run(['auth', 'status', 'sales'])).code).toBe(EXIT.failed);
  });

  it('shows no token and no secret, on no screen, in no log and on no disk', async () => {
    await using here = await world();
    const outputs = [
      await here.run(['auth', 'sign-in', 'sales', '--verbose'], { openUrl: browserOf(here.tenant, SALES.address) }),
      await here.run(['auth', 'status', '--verbose', '--json']),
    ];
    const tokens = await storedSecrets(here.state);
    expect(tokens.length).toBeGreaterThan(1);
    expect(await findCanariesIn(here.state, tokens)).toEqual([]);
    for (const { stdout, stderr } of outputs) expect(findCanaries(Buffer.from(stdout + stderr), tokens)).toEqual([]);
  });
});

/** Every long text in what the store keeps: tokens, whatever the provider calls them. */
async function storedSecrets(state: string): Promise<readonly string[]> {
  const [{ openStore }, { systemClock }, { DatabaseSync }] = await Promise.all([import('@signalbox/store'), import('@signalbox/kit'), import('node:sqlite')]);
  const directory = join(state, 'signalbox');
  const database = new DatabaseSync(join(directory, 'signalbox.db'));
  const names = database.prepare('select name from token').all().map(({ name }) => String(name));
  database.close();
  await using store = await openStore({ directory, clock: systemClock });
  const values = await Promise.all(names.map(async (name) => (await store.tokens.read(name))?.reveal() ?? ''));
  return values.flatMap((value) => value.match(/[\w.~-]{60,}/g) ?? []);
}
