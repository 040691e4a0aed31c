import { describe, expect, it } from 'vitest';
import type { Plugin } from '@signalbox/core';
import { createMemoryPlugin, createMemoryServer, type MemoryServer } from '@signalbox/transport-memory';
import { EXIT, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const mail = (subject: string, from = 'Ada <ada@example.com>'): Uint8Array => Buffer.from(`From: ${from}\r\nTo: sales@contoso.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n\r\nHi\r\n`);
const address = (id: string): string => `${id}@contoso.example`;

/** A server with these mailboxes, the plugins that reach it, and a configuration for them. */
async function world(...ids: string[]): Promise<{ server: MemoryServer; plugins: readonly Plugin[]; workspace: Awaited<ReturnType<typeof withConfig>> }> {
  const server = createMemoryServer();
  for (const id of ids) server.addMailbox(address(id));
  const workspace = await withConfig(scriptedConfig(ids, '', 'memory'));
  return { server, plugins: [createMemoryPlugin(server), scriptedAuth], workspace };
}

describe('on a transport in memory', () => {
  it('counts unread mail and leaves it unread', async () => {
    const { server, plugins, workspace } = await world('sales', 'support');
    await using _ = workspace;
    server.deliver(address('sales'), { raw: mail('one') });
    server.deliver(address('sales'), { raw: mail('two') });
    for (let round = 0; round < 2; round += 1) {
      const { code, stdout } = await signalbox(['test', 'incoming'], { cwd: workspace.folder, plugins });
      expect(code).toBe(EXIT.ok);
      expect(stdout.match(/Number of unread emails: \d/g)).toEqual(['Number of unread emails: 2', 'Number of unread emails: 0']);
    }
  });

  it('lists folders with their roles and unread counts, the inbox first', async () => {
    const { server, plugins, workspace } = await world('sales');
    await using _ = workspace;
    server.deliver(address('sales'), { raw: mail('one') });
    const { code, stdout } = await signalbox(['folders', 'sales', '--json'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.ok);
    const { folders } = JSON.parse(stdout) as { folders: { role?: string; unread: number }[] };
    expect(folders[0]).toMatchObject({ role: 'inbox', unread: 1 });
    expect(folders.map(({ role }) => role)).toContain('sent');
    expect((await signalbox(['folders', 'sales'], { cwd: workspace.folder, plugins })).stdout).toMatch(/inbox\s+inbox\s+1\n/i);
  });

  it('sends, and the other mailbox receives', async () => {
    const { server, plugins, workspace } = await world('sales', 'support');
    await using _ = workspace;
    const sent = await signalbox(['send', 'sales', '--to', address('support'), '-s', 'Hello', '--text', 'Hi', '--json'], { cwd: workspace.folder, plugins });
    expect(sent.code).toBe(EXIT.ok);
    expect(server.submitted.map(({ rcptTo }) => rcptTo)).toEqual([[address('support')]]);
    const tested = await signalbox(['test', 'incoming', 'support', '--json'], { cwd: workspace.folder, plugins });
    expect(JSON.parse(tested.stdout)).toMatchObject({ mailboxes: [{ mailbox: 'support', unread: 1 }] });
  });

  it('tells the mailbox that the server does not know, and goes on with the one it does', async () => {
    const { plugins } = await world('sales');
    await using workspace = await withConfig(scriptedConfig(['sales', 'ghost'], '', 'memory'));
    const { code, stdout } = await signalbox(['test', 'incoming', '--json'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({ passed: 1, failed: 1, mailboxes: [{ result: 'passed' }, { result: 'failed', error: { code: 'mailbox.not-found' } }] });
  });
});

describe('watch', () => {
  interface Watching {
    readonly plugins: readonly Plugin[];
    readonly cwd: string;
    /** Stops the watch when it answers true. */
    readonly until: (stdout: string, stderr: string) => boolean;
  }

  async function watch(argv: readonly string[], { plugins, cwd, until }: Watching): ReturnType<typeof signalbox> {
    const stop = new AbortController();
    const onOutput = (stdout: string, stderr: string): void => {
      if (until(stdout, stderr)) stop.abort();
    };
    return signalbox(['watch', ...argv], { cwd, plugins, signal: stop.signal, onOutput });
  }

  it('shows what is there and what comes, one line each, and ends with 0 when it is stopped', async () => {
    const { server, plugins, workspace } = await world('sales', 'support');
    await using _ = workspace;
    server.deliver(address('sales'), { raw: mail('first') });
    const { code, stdout, stderr } = await watch(['--since', 'beginning'], {
      plugins,
      cwd: workspace.folder,
      until(stdout) {
        if (stdout.endsWith('first\n')) server.deliver(address('support'), { raw: mail('second') });
        return stdout.endsWith('second\n');
      },
    });
    expect(code).toBe(EXIT.ok);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}sales {4}scripted {2}ada@example\.com +first$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}support {2}scripted {2}ada@example\.com +second$/),
    ]);
    expect(stderr.split('\n').toSorted()).toEqual(['', 'Watching 2 mailboxes. Ctrl-C ends it.', '✔ sales · watching Inbox', '✔ support · watching Inbox']);
  });

  it('prints JSON lines that say only what is known', async () => {
    const { server, plugins, workspace } = await world('sales');
    await using _ = workspace;
    server.deliver(address('sales'), { raw: Buffer.from('X: no subject, no sender, no id\r\n\r\n') });
    const { stdout } = await watch(['--since', 'beginning', '--json'], { plugins, cwd: workspace.folder, until: (stdout) => stdout.endsWith('\n') });
    const line = JSON.parse(stdout) as Record<string, unknown>;
    expect(line).toMatchObject({ type: 'message', mailbox: 'sales', flow: 'scripted', folder: [expect.stringMatching(/^inbox$/i)] });
    expect(line).not.toHaveProperty('subject');
    expect(line).not.toHaveProperty('messageId');
  });

  it('cannot be made to repaint the terminal by a subject', async () => {
    const { server, plugins, workspace } = await world('sales');
    await using _ = workspace;
    server.deliver(address('sales'), { raw: mail('evil\u001B[2J\u0007 news') });
    const { stdout } = await watch(['--since', 'beginning'], { plugins, cwd: workspace.folder, until: (stdout) => stdout.endsWith('\n') });
    expect(stdout).toContain('evil');
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('tells a broken mailbox on standard error and goes on with the others', async () => {
    const { server, plugins } = await world('sales');
    await using workspace = await withConfig(`${scriptedConfig(['ghost', 'sales'], '', 'memory')}  - { id: cloud, address: cloud@contoso.example, flow: o365-client-credentials }\n`);
    server.deliver(address('sales'), { raw: mail('still here') });
    const { code, stdout, stderr } = await watch(['--since', 'beginning'], { plugins, cwd: workspace.folder, until: (stdout, stderr) => stdout.includes('still here') && stderr.includes('next try') });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('still here');
    expect(stderr).toContain('There is no mailbox ghost@contoso.example');
    expect(stderr).toMatch(/next try in \d+ seconds?/);
    expect(stderr).toContain('graph');
  });
});
