import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT, signalbox } from './io.ts';
import { scriptedPlugins } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const plugins = scriptedPlugins(async () => ({}));

describe('the command line', () => {
  it('answers --help and --version without a configuration', async () => {
    expect(await signalbox(['--help'])).toMatchObject({ code: EXIT.ok, stdout: expect.stringContaining('Exit codes:') });
    expect(await signalbox(['--version'])).toMatchObject({ code: EXIT.ok, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect((await signalbox([])).stdout).toContain('Usage: signalbox');
  });

  it.each(['check', 'watch', 'send', 'folders', 'schema', 'completion', 'doctor', 'azure-setup', 'test incoming', 'test outgoing'])('explains "%s" with an example', async (command) => {
    const { code, stdout } = await signalbox([...command.split(' '), '--help']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Global Options:');
  });

  it('tells a mistake by exit code 2 and guesses what was meant', async () => {
    const unknown = await signalbox(['chek']);
    expect(unknown).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('Did you mean check?') });
    expect((await signalbox(['check', '--nope'])).code).toBe(EXIT.usage);
    expect((await signalbox(['test', 'incoming', '--timeout', 'soon'])).code).toBe(EXIT.usage);
  });

  it.each(['status', 'history', 'deliveries list', 'outbox list', 'outbox cancel x', 'mailbox pause sales', 'store rotate-key', 'run -- true'])('says of "%s" that there is no store where none is, and makes none', async (line) => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const outcome = await signalbox(['--data', 'a-slip', ...line.split(' ')], { cwd: workspace.folder, plugins });
    expect(outcome).toMatchObject({ code: EXIT.usage, stdout: '', stderr: expect.stringMatching(/no store at .*a-slip[^]*--data[^]*signalbox apply/) as string });
    expect(await readdir(workspace.folder)).toEqual(['signalbox.yaml']);
  });

  it('guesses which mailbox was meant, and finds one by its address', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales', 'support']));
    const settings = { cwd: workspace.folder, plugins };
    const near = await signalbox(['test', 'incoming', 'slaes'], settings);
    expect(near).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('Did you mean "sales"?') });
    const far = await signalbox(['folders', 'marketing'], settings);
    expect(far.stderr).toContain('There are: sales, support.');
    expect((await signalbox(['test', 'incoming', 'SALES@contoso.example', '--json'], settings)).stdout).toContain('"mailbox":"sales"');
  });

  it('finds the configuration by --config, then SIGNALBOX_CONFIG, then the working directory', async () => {
    await using one = await withConfig(scriptedConfig(['one']));
    await using two = await withConfig(scriptedConfig(['two']));
    const ids = async (argv: readonly string[], env = {}): Promise<string[]> => {
      const { stdout } = await signalbox(['check', '--json', ...argv], { cwd: one.folder, env, plugins });
      return (JSON.parse(stdout) as { mailboxes: { id: string }[] }).mailboxes.map(({ id }) => id);
    };
    const other = `${two.folder}/signalbox.yaml`;
    expect(await ids([])).toEqual(['one']);
    expect(await ids([], { SIGNALBOX_CONFIG: other })).toEqual(['two']);
    expect(await ids(['--config', 'signalbox.yaml'], { SIGNALBOX_CONFIG: other })).toEqual(['one']);
  });

  it('prints colours only where they were asked for', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const escape = '\u001B[';
    const check = async (argv: readonly string[], env: Readonly<Record<string, string>>): Promise<boolean> =>
      (await signalbox(['check', ...argv], { cwd: workspace.folder, plugins, env })).stdout.includes(escape);
    expect(await check([], {})).toBe(false);
    expect(await check([], { FORCE_COLOR: '1' })).toBe(true);
    expect(await check([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(await check(['--no-color'], { FORCE_COLOR: '1' })).toBe(false);
  });

  it('prints a JSON Schema that knows mailboxes', async () => {
    const { stdout } = await signalbox(['schema']);
    expect(JSON.parse(stdout)).toHaveProperty('properties.mailboxes');
  });
});

describe('check', () => {
  it('shows what every mailbox uses and explains it', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const { code, stdout } = await signalbox(['check', '--explain'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/sales\s+scripted\s+scripted/);
    expect(stdout).toContain('mailboxes[0].flow');
  });

  it('tells a missing file, and one that is no configuration, by exit code 3 with place and remedy', async () => {
    const missing = await signalbox(['check'], { cwd: '/nonexistent' });
    expect(missing).toMatchObject({ code: EXIT.config, stdout: '' });
    expect(missing.stderr).toContain('There is no such file.');
    await using workspace = await withConfig('version: 1\norganization: contoso\nmailboxes:\n  - { id: sales, address: nonsense, flow: basic }\n');
    const wrong = await signalbox(['check'], { cwd: workspace.folder });
    expect(wrong.code).toBe(EXIT.config);
    expect(wrong.stderr).toMatch(/signalbox\.yaml:4:\d+ {2}mailboxes\[0\]\.address/);
    expect(wrong.stderr).toContain('Fix:');
    const json = await signalbox(['check', '--json'], { cwd: workspace.folder });
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'config.invalid', problems: [{ path: 'mailboxes[0].address', line: 4 }] } });
  });

  it('breaks only the mailbox whose flow needs a plugin that is not there', async () => {
    const yaml = scriptedConfig(['sales']) + '  - { id: cloud, address: cloud@contoso.example, flow: o365-client-credentials }\n';
    await using workspace = await withConfig(yaml);
    const { code, stdout } = await signalbox(['check', '--json'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      mailboxes: [
        { id: 'sales', receive: { state: 'routed', transport: 'scripted' } },
        { id: 'cloud', receive: { state: 'broken', flow: 'o365-client-credentials' } },
      ],
    });
    expect(stdout).toContain('graph');
    const test = await signalbox(['test', 'incoming', 'cloud'], { cwd: workspace.folder, plugins });
    expect(test).toMatchObject({ code: EXIT.failed, stdout: expect.stringContaining('graph') });
  });
});
