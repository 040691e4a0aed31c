import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { CONTRACT_VERSION, type Plugin } from '@signalbox/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, type PluginRegistry } from '../src/index.ts';
import { type Installation, installPlugins } from './installed-plugins.ts';
import { bundle, fakeAuth, fakeTransport, loadText, routesOf } from './support.ts';

let installed: Installation;
beforeAll(async () => {
  installed = await installPlugins();
});
afterAll(() => installed[Symbol.asyncDispose]());

const load = (...external: string[]): Promise<PluginRegistry> => createRegistry({ bundled: bundle(), external, importFrom: installed.folder });

describe('the plugin registry', () => {
  it('finds bundled plugins by kind and name', async () => {
    const registry = await load();
    expect(registry.transport('imap')?.name).toBe('imap');
    expect(registry.auth('imap')).toBeUndefined();
    expect(registry.auth('password')?.kind).toBe('auth');
    expect(registry.problems).toEqual([]);
  });

  it('imports a named package from the folder of the configuration, given as a path or as the file itself', async () => {
    expect((await load('@acme/transport-pigeon')).transport('pigeon')?.version).toBe('2.1.0');
    const file = pathToFileURL(join(installed.folder, 'signalbox.yaml')).href;
    const registry = await createRegistry({ bundled: [], external: ['@acme/transport-pigeon'], importFrom: file });
    expect(registry.entries).toMatchObject([{ source: '@acme/transport-pigeon', plugin: { name: 'pigeon' } }]);
  });

  it('loads nothing that is not named', async () => {
    expect((await load()).transport('pigeon')).toBeUndefined();
  });

  it.each([
    ['@acme/not-installed', 'cannot be found', 'npm install @acme/not-installed'],
    ['@acme/no-export', 'no export named "plugin"', 'is a Signalbox plugin'],
    ['@acme/fails-to-load', 'fails to load: libfoo.so is missing', 'Reinstall'],
    ['@acme/half-manifest', 'no function "open"', 'Ask the author'],
    ['@acme/second-imap', 'a second transport plugin "imap"', 'another name'],
  ])('refuses %s and keeps the others', async (source, message, remedy) => {
    const registry = await load(source, '@acme/transport-pigeon');
    expect(registry.rejected).toMatchObject([{ source, error: { code: 'config.invalid', message: expect.stringContaining(message) as string, remedy: { text: expect.stringContaining(remedy) as string } } }]);
    expect(registry.problems).toMatchObject([{ path: 'plugins[0]', severity: 'error' }]);
    expect(registry.transport('imap')?.version).toBe('1.2.3');
    expect(registry.transport('pigeon')).toBeDefined();
  });

  it('names both versions when the contract does not fit, and which side to upgrade', async () => {
    const { rejected } = await load('@acme/from-the-future', '@acme/from-the-past');
    expect(rejected.map(({ error }) => [error.code, error.message, error.remedy?.text])).toEqual([
      [
        'plugin.incompatible',
        `The transport plugin "tachyon" 1.0.0 of "@acme/from-the-future" needs contract ^9.1; this Signalbox offers contract ${CONTRACT_VERSION}.`,
        'Upgrade Signalbox to a version with contract ^9.1, or install an older "@acme/from-the-future".',
      ],
      [
        'plugin.incompatible',
        `The auth plugin "telegraph" 0.3.0 of "@acme/from-the-past" needs contract ^0.3; this Signalbox offers contract ${CONTRACT_VERSION}.`,
        `Upgrade "@acme/from-the-past" to a version for contract ${CONTRACT_VERSION}.`,
      ],
    ]);
  });

  it.each([
    ['null', null],
    ['a function', () => {}],
    ['a kind that is none', { kind: 'storage' }],
    ['a name with capitals', { ...fakeTransport('x'), name: 'Imap' }],
    ['a contract that is no range', fakeTransport('x', { contract: 'latest' })],
    ['facets that are none', fakeTransport('x', { facets: ['fly'] as never })],
    ['credentials that are none', fakeTransport('x', { credentials: ['key'] as never })],
    ['an auth plugin that issues nothing', fakeAuth('x', { issues: [] })],
    ['a schema that is none', fakeAuth('x', { config: {} as never })],
  ])('refuses a manifest with %s', async (_, plugin) => {
    const { entries, rejected } = await createRegistry({ bundled: [plugin as Plugin] });
    expect(entries).toEqual([]);
    expect(rejected).toMatchObject([{ error: { code: 'config.invalid' } }]);
  });

  it('gives its problems the line of the configuration', async () => {
    const { positions, plugins } = await loadText('version: 1\norganization: o\nplugins:\n  - "@acme/nowhere"\nmailboxes: [{ id: a, address: a@b.c, flow: x }]\n');
    const { problems } = await createRegistry({ bundled: [], external: plugins, importFrom: installed.folder, positions });
    expect(problems).toMatchObject([{ path: 'plugins[0]', line: 4, column: 5 }]);
  });
});

describe('a refused plugin', () => {
  const text = `version: 1
organization: o
plugins: ['@acme/from-the-future', '@acme/fails-to-load', '@acme/transport-pigeon']
servers: { imap: { host: h.example } }
flows:
  future: { receive: { transport: tachyon, auth: password } }
  lost: { receive: { transport: gone, auth: password } }
  pigeon: { receive: { transport: pigeon, auth: password } }
mailboxes:
  - { id: a, address: a@b.c, receive: future, password: "\${env:P}" }
  - { id: b, address: b@b.c, receive: lost, password: "\${env:P}" }
  - { id: c, address: c@b.c, receive: pigeon, password: "\${env:P}", servers: { pigeon: { loft: North } } }
  - { id: d, address: d@b.c, receive: basic, password: "\${env:P}" }
  - { id: e, address: e@b.c, receive: pigeon, password: "\${env:P}", servers: { pigeon: { lofd: North } } }
`;

  it('breaks only the mailboxes that need it', async () => {
    const routes = await routesOf(text, { env: { P: 'pass' }, importFrom: installed.folder });
    expect(routes.map(({ mailbox, receive }) => [mailbox.id, receive?.transport.name])).toEqual([['a', undefined], ['b', undefined], ['c', 'pigeon'], ['d', 'imap'], ['e', undefined]]);
    expect(routes[0]?.problems[0]).toMatchObject({
      path: 'flows.future.receive.transport',
      line: 6,
      message: expect.stringMatching(/^The transport plugin "tachyon" was refused: .* needs contract \^9\.1/) as string,
      remedy: expect.stringContaining('Upgrade Signalbox') as string,
    });
    expect(routes[1]?.problems[0]?.message).toContain('It may be in "@acme/fails-to-load", which could not be loaded.');
    expect(routes[4]?.problems.map(({ path, line }) => [path, line])).toEqual([['mailboxes[4].servers.pigeon.loft', 14], ['mailboxes[4].servers.pigeon.lofd', 14]]);
  });
});
