import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findCanaries, findCanariesIn } from '@signalbox/conformance';
import type { Plugin } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { EXIT, type RunSettings, signalbox } from './io.ts';
import { scriptedPlugins } from './scripted.ts';
import { GOOD_CODE, signingPlugin, TOKEN } from './signing-plugin.ts';
import { withConfig } from './workspace.ts';

const CONFIG = `version: 1
organization: contoso
flows:
  signing: { receive: { transport: scripted, auth: signing }, send: { transport: scripted, auth: signing } }
  apart: { receive: { transport: scripted, auth: signing }, send: { transport: scripted, auth: signing, authOptions: { realm: two } } }
  plain: { receive: { transport: scripted, auth: scripted-auth }, send: { transport: scripted, auth: scripted-auth } }
mailboxes:
  - { id: support, address: support@contoso.example, flow: signing }
  - { id: both, address: both@contoso.example, flow: apart }
  - { id: app, address: app@contoso.example, flow: plain }
`;

interface World extends AsyncDisposable {
  readonly data: string;
  readonly calls: readonly string[];
  /** Every page the browser was shown at the end. */
  readonly pages: readonly { readonly status: number; readonly text: string }[];
  run(argv: readonly string[], settings?: RunSettings): ReturnType<typeof signalbox>;
}

/** `browse` is what the person does with the address. */
async function world(browse: (authorizationUrl: URL) => readonly string[] = comesBack(GOOD_CODE), config = CONFIG): Promise<World> {
  const workspace = await withConfig(config);
  const calls: string[] = [];
  const pages: { status: number; text: string }[] = [];
  const plugins: readonly Plugin[] = [...scriptedPlugins(async () => ({})), signingPlugin(calls)];
  const openUrl = async (url: string): Promise<void> => {
    for (const target of browse(new URL(url))) void fetch(target).then(async (response) => pages.push({ status: response.status, text: await response.text() }));
  };
  return {
    data: join(workspace.folder, 'state', 'signalbox'),
    calls,
    pages,
    run: (argv, settings) => signalbox(argv, { cwd: workspace.folder, env: { XDG_STATE_HOME: join(workspace.folder, 'state') }, plugins, openUrl, ...settings }),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

const comesBack = (code: string, state?: string) => (url: URL): readonly string[] => [`${url.searchParams.get('redirect_uri')}/?${new URLSearchParams({ code, state: state ?? url.searchParams.get('state') ?? '' }).toString()}`];

describe('auth sign-in', () => {
  it('opens a browser, takes what it brings back, and serves both directions and later commands', async () => {
    await using here = await world();
    const { code, stdout } = await here.run(['auth', 'sign-in', 'support']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('https://login.example/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A');
    expect(stdout).toContain('✔ support is signed in as support@contoso.example, for receiving and sending.');
    expect(here.calls).toEqual(['begin one support browser']);
    await expect.poll(() => here.pages).toMatchObject([{ status: 200, text: expect.stringContaining('You are signed in') }]);
    const status = await here.run(['auth', 'status', 'support', '--json']);
    expect(status.code).toBe(EXIT.ok);
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, mailboxes: [{ mailbox: 'support', credentials: [{ directions: ['receive', 'send'], auth: 'signing', state: 'ready', account: 'support@contoso.example', deadlines: [{ what: 'idle', daysLeft: 12 }] }] }] });
  });

  it('keeps what it was given where it cannot be read, and shows it nowhere', async () => {
    await using here = await world();
    const outputs = [await here.run(['auth', 'sign-in', 'support', '--verbose']), await here.run(['auth', 'status', '--json'])];
    expect((await readdir(here.data)).length).toBeGreaterThan(0);
    expect(await findCanariesIn(join(here.data, '..'), [TOKEN, GOOD_CODE])).toEqual([]);
    for (const { stdout, stderr } of outputs) expect(findCanaries(Buffer.from(stdout + stderr), [TOKEN, GOOD_CODE])).toEqual([]);
  });

  it('signs in twice where receiving and sending have nothing in common', async () => {
    await using here = await world();
    const { code, stdout } = await here.run(['auth', 'sign-in', 'both']);
    expect(code).toBe(EXIT.ok);
    expect(here.calls).toEqual(['begin one both browser', 'begin two both browser']);
    expect(stdout.match(/is signed in as both@contoso\.example, for (receiving|sending)\./g)).toHaveLength(2);
  });

  it('shows a code with --device-code, and opens nothing', async () => {
    await using here = await world(() => expect.fail('a browser was opened'));
    const { code, stdout } = await here.run(['auth', 'sign-in', 'support@contoso.example', '--device-code']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('https://login.example/device');
    expect(stdout).toContain('ABCD-EFGH');
    expect(here.calls).toEqual(['begin one support device-code']);
  });

  it('shows the address and opens nothing with --no-browser, and lets Ctrl-C end it', async () => {
    await using here = await world(() => expect.fail('a browser was opened'));
    const stop = new AbortController();
    const onOutput = (stdout: string): void => {
      if (stdout.includes('https://login.example/authorize')) stop.abort();
    };
    const { code, stderr } = await here.run(['auth', 'sign-in', 'support', '--no-browser'], { signal: stop.signal, onOutput });
    expect(code).toBe(EXIT.interrupted);
    expect(stderr).toContain('Interrupted.');
    expect((await here.run(['auth', 'status', 'support'])).code).toBe(EXIT.failed);
  });

  it('tells command and browser when somebody else signed in, with the remedy, and keeps nothing', async () => {
    await using here = await world(comesBack('the code of somebody else'));
    const { code, stderr } = await here.run(['auth', 'sign-in', 'support']);
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain('auth.wrong-account');
    await expect.poll(() => here.pages).toMatchObject([{ status: 400, text: expect.stringContaining('Somebody &#60;else&#62; signed in.') }]);
    expect(here.pages[0]?.text).toContain('Sign in with the account of the mailbox.');
    expect((await here.run(['auth', 'status', 'support'])).code).toBe(EXIT.failed);
  });

  it('takes nothing from a page that does not know the state of this sign-in', async () => {
    await using here = await world((url) => [...comesBack(GOOD_CODE, 'a state somebody made up')(url), ...comesBack(GOOD_CODE)(url).map((target) => target.replace('/?', '/elsewhere?')), ...comesBack(GOOD_CODE)(url)]);
    const { code } = await here.run(['auth', 'sign-in', 'support']);
    expect(code).toBe(EXIT.ok);
    await expect.poll(() => here.pages.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 404]);
  });

  it('keeps JSON apart from what a person has to do', async () => {
    await using here = await world();
    const { stdout, stderr } = await here.run(['auth', 'sign-in', 'support', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, mailbox: 'support', credentials: [{ state: 'ready', account: 'support@contoso.example' }] });
    expect(stderr).toContain('https://login.example/authorize');
  });

  it('says so where nobody signs in', async () => {
    await using here = await world();
    const { code, stderr } = await here.run(['auth', 'sign-in', 'app']);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('Nobody signs in to the mailbox "app": its credentials come from "scripted-auth".');
  });

  it('tells a mailbox without a working direction by its place in the file', async () => {
    await using here = await world(undefined, `${CONFIG}  - { id: lost, address: lost@contoso.example, flow: nowhere }\n`);
    for (const verb of ['sign-in', 'sign-out']) {
      const { code, stderr } = await here.run(['auth', verb, 'lost']);
      expect(code).toBe(EXIT.config);
      expect(stderr).toMatch(/signalbox\.yaml:11:\d+/);
    }
  });
});

describe('auth status', () => {
  it('shows every mailbox, what ends when, and who has to do what', async () => {
    await using here = await world();
    await here.run(['auth', 'sign-in', 'support']);
    const { code, stdout } = await here.run(['auth', 'status'], { env: { XDG_STATE_HOME: join(here.data, '..'), COLUMNS: '140' } });
    expect(code).toBe(EXIT.failed);
    expect(stdout).toMatch(/support +signing +✔ ready +support@contoso\.example +ends when unused in 12 days/);
    expect(stdout).toMatch(/both +apart +✘ action required/);
    expect(stdout).toMatch(/app +plain +✔ ready/);
    expect(stdout).toContain("Fix (the mailbox's user): Sign in with `signalbox auth sign-in`.");
    expect(stdout).toContain('$ signalbox auth sign-in both');
    expect(stdout).toContain('1 of 3 mailboxes cannot sign in.');
  });

  it('goes on with the others when one is broken, and says where', async () => {
    await using here = await world(undefined, `${CONFIG}  - { id: lost, address: lost@contoso.example, flow: nowhere }\n`);
    const { code, stdout } = await here.run(['auth', 'status', 'app', 'lost', '--json']);
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, mailboxes: [{ mailbox: 'app', credentials: [{ state: 'ready' }] }, { mailbox: 'lost', credentials: [], problems: [{ severity: 'error' }] }] });
    expect((await here.run(['auth', 'status', 'lost'])).stdout).toMatch(/lost +✘ broken/);
  });

  it('tells a store that does not open, of each mailbox that needs it, with the remedy', async () => {
    await using here = await world();
    await here.run(['auth', 'sign-in', 'support']);
    const env = { XDG_STATE_HOME: join(here.data, '..'), SIGNALBOX_KEY: 'A'.repeat(43) };
    const { code, stdout } = await here.run(['auth', 'status'], { env });
    expect(code).toBe(EXIT.failed);
    expect(stdout).toMatch(/support +✘ not known/);
    expect(stdout).toContain('Give the key');
    expect(stdout).toMatch(/app +plain +✔ ready/);
  });
});

describe('auth sign-out', () => {
  it('forgets the sign-in, for each provider of the mailbox', async () => {
    await using here = await world();
    for (const id of ['support', 'both']) await here.run(['auth', 'sign-in', id]);
    const out = await here.run(['auth', 'sign-out', 'both']);
    expect(out).toMatchObject({ code: EXIT.ok, stdout: expect.stringContaining('both is signed out, for receiving.') });
    expect(here.calls.filter((call) => call.startsWith('revoke'))).toEqual(['revoke one both', 'revoke two both']);
    expect((await here.run(['auth', 'sign-out', 'both', '--json'])).stdout).toBe(`${JSON.stringify({ ok: true, mailbox: 'both', address: 'both@contoso.example', credentials: [{ directions: ['receive'], auth: 'signing' }, { directions: ['send'], auth: 'signing' }] })}\n`);
    expect((await here.run(['auth', 'status', 'both'])).code).toBe(EXIT.failed);
    expect((await here.run(['auth', 'status', 'support'])).code).toBe(EXIT.ok);
  });
});

describe('the data directory', () => {
  it('is not made for mailboxes that keep nothing', async () => {
    await using here = await world();
    for (const argv of [['check'], ['auth', 'status', 'app'], ['auth', 'sign-out', 'app']]) expect((await here.run(argv)).code).toBe(EXIT.ok);
    await expect(readdir(here.data)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is where --data says, before SIGNALBOX_DATA, and its key where SIGNALBOX_KEY_FILE says', async () => {
    await using here = await world();
    const folder = join(here.data, '..', '..');
    const env = { SIGNALBOX_DATA: 'from-env', SIGNALBOX_KEY_FILE: 'my.key' };
    await here.run(['auth', 'status', 'support'], { env });
    await here.run(['--data', 'from-option', 'auth', 'status', 'support'], { env });
    expect((await readdir(folder)).toSorted()).toEqual(['from-env', 'from-option', 'my.key', 'signalbox.yaml']);
  });

  it('is asked for by name where the account has no home', async () => {
    await using here = await world();
    const { stdout } = await here.run(['auth', 'status', 'support'], { env: {} });
    expect(stdout).toContain('Name a data directory with --data or SIGNALBOX_DATA.');
  });
});
