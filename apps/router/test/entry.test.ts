import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT } from './io.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command as a shell would. */
function start(argv: readonly string[], cwd: string): { readonly child: ReturnType<typeof spawn>; readonly ended: Promise<Ended> } {
  const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...env } = process.env;
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', main, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { promise: ended, resolve, reject } = Promise.withResolvers<Ended>();
  child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr }));
  return { child, ended };
}

describe('the command as a process', () => {
  it('answers, and ends with the exit code of what it did', async () => {
    await using workspace = await withConfig('version: 2\n');
    const [version, check, unknown] = await Promise.all([start(['--version'], workspace.folder).ended, start(['check'], workspace.folder).ended, start(['chek'], workspace.folder).ended]);
    expect(version).toMatchObject({ code: EXIT.ok, stderr: '' });
    expect(check).toMatchObject({ code: EXIT.config, stdout: '' });
    expect(check.stderr).toMatch(/signalbox\.yaml:1:\d+/);
    expect(unknown.code).toBe(EXIT.usage);
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a completion script for %s that asks it back', async (shell) => {
    await using workspace = await withConfig('');
    const { code, stdout } = await start(['completion', shell], workspace.folder).ended;
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('signalbox complete');
  });

  it('suggests commands, choices, and the mailboxes of the configuration, even of a broken one', async () => {
    await using workspace = await withConfig(`${scriptedConfig(['sales', 'support'])}oops`);
    const suggest = async (...words: string[]): Promise<string[]> => {
      const { stdout } = await start(['complete', '--', ...words], workspace.folder).ended;
      return stdout.split('\n').filter((line) => line.includes('\t')).map((line) => line.split('\t')[0] ?? '');
    };
    const [commands, tests, mailboxes, choices] = await Promise.all([suggest('wa'), suggest('test', 'inc'), suggest('watch', 's'), suggest('watch', '--since', '')]);
    expect(commands).toEqual(['watch']);
    expect(tests).toEqual(['incoming']);
    expect(mailboxes).toEqual(['sales', 'support']);
    expect(choices).toEqual(['now', 'beginning']);
  });
});
