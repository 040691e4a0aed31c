import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MailError, type MailTransport, type Receipt, type Submission } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { EXIT, signalbox } from './io.ts';
import { scriptedPlugins } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const rejected = (): MailError =>
  new MailError('auth.rejected', 'The server refused the password.', {
    detail: { protocol: 'imap', status: 'NO [AUTHENTICATIONFAILED]', text: 'no \u001B[2Jway' },
    remedy: { who: 'mailbox-user', action: 'replace-credential', text: 'Enter the password again.' },
  });

const receiving = (unread: number): Partial<MailTransport> => ({
  probe: {
    check: async () => ({
      checks: [
        { name: 'reach', status: 'pass', durationMs: 1 },
        { name: 'authenticate', status: 'pass', durationMs: 1 },
        { name: 'receive', status: 'pass', durationMs: 1 },
      ],
    }),
  },
  receive: { findFolder: async () => ({ id: 'inbox', path: ['INBOX'], role: 'inbox' }), unread: async () => unread } as unknown as NonNullable<MailTransport['receive']>,
});

describe('test incoming', () => {
  it('tells every mailbox apart, in the order of the configuration, and goes on past the broken ones', async () => {
    await using workspace = await withConfig(scriptedConfig(['slow', 'locked', 'quick']));
    const plugins = scriptedPlugins(async (mailbox) => {
      if (mailbox === 'locked') throw rejected();
      if (mailbox === 'slow') await wait(50);
      return receiving(mailbox === 'slow' ? 2 : 0);
    });
    const { code, stdout } = await signalbox(['test', 'incoming'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.failed);
    expect(stdout.match(/^[✔✘] \w+/gm)).toEqual(['✔ slow', '✘ locked', '✔ quick']);
    expect(stdout).toContain('Success! Number of unread emails: 2');
    expect(stdout).toContain('(auth.rejected)');
    expect(stdout).toContain('reach ✔  authenticate ✘  receive –');
    expect(stdout).toContain("Fix (the mailbox's user): Enter the password again.");
    expect(stdout).toContain('1 of 3 mailboxes cannot receive.');
  });

  it('does not say that a server was reached when there was no credential to show it', async () => {
    await using workspace = await withConfig(scriptedConfig(['nobody', 'refused']));
    const plugins = scriptedPlugins((mailbox) =>
      Promise.reject(new MailError('auth.interaction-required', 'Nobody has signed in.', mailbox === 'nobody' ? {} : { detail: { protocol: 'oauth', status: 'invalid_grant AADSTS50173' } })),
    );
    const { stdout } = await signalbox(['test', 'incoming'], { cwd: workspace.folder, plugins });
    expect(stdout.match(/reach .*receive \S/g)).toEqual(['reach –  authenticate ✘  receive –', 'reach –  authenticate ✘  receive –']);
  });

  it('shows what a server says without the control characters in it', async () => {
    await using workspace = await withConfig(scriptedConfig(['locked']));
    const plugins = scriptedPlugins(() => Promise.reject(rejected()));
    const { stdout } = await signalbox(['test', 'incoming'], { cwd: workspace.folder, plugins });
    expect(stdout).toContain('NO [AUTHENTICATIONFAILED] no way');
  });

  it('gives up on a server that never answers, by its own time limit', async () => {
    await using workspace = await withConfig(scriptedConfig(['stuck', 'fine']));
    const plugins = scriptedPlugins(async (mailbox, signal) => (mailbox === 'stuck' ? wait(60_000, {}, { signal }).catch(() => signal?.throwIfAborted() as never) : receiving(0)));
    const { code, stdout } = await signalbox(['test', 'incoming', '--timeout', '1', '--json'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      passed: 1,
      failed: 1,
      mailboxes: [
        { mailbox: 'stuck', result: 'failed', error: { code: 'timeout', remedy: { who: 'operator' } } },
        { mailbox: 'fine', result: 'passed', unread: 0 },
      ],
    });
  });

  it('never runs more tests at a time than it was told', async () => {
    await using workspace = await withConfig(scriptedConfig(['a', 'b', 'c', 'd', 'e']));
    let running = 0;
    let most = 0;
    const plugins = scriptedPlugins(async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(10);
      running -= 1;
      return receiving(0);
    });
    const { code } = await signalbox(['test', 'incoming', '--concurrency', '2'], { cwd: workspace.folder, plugins });
    expect({ code, most }).toEqual({ code: EXIT.ok, most: 2 });
  });

  it('ends with 130 when it is interrupted', async () => {
    await using workspace = await withConfig(scriptedConfig(['stuck']));
    const stop = new AbortController();
    const plugins = scriptedPlugins(async (_mailbox, signal) => {
      stop.abort(new Error('enough'));
      signal?.throwIfAborted();
      return receiving(0);
    });
    const { code, stderr } = await signalbox(['test', 'incoming'], { cwd: workspace.folder, plugins, signal: stop.signal });
    expect({ code, stderr }).toEqual({ code: EXIT.interrupted, stderr: 'Interrupted.\n' });
  });
});

describe('a failure', () => {
  const broken = scriptedPlugins(() => Promise.reject(new MailError('connection.lost', 'boom')));

  it('comes without a stack trace, unless --verbose asks for it', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const plain = await signalbox(['folders', 'sales'], { cwd: workspace.folder, plugins: broken });
    const verbose = await signalbox(['folders', 'sales', '--verbose'], { cwd: workspace.folder, plugins: broken });
    expect(plain.code).toBe(EXIT.failed);
    expect(plain.stderr).toContain('boom');
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    expect(verbose.stderr).toMatch(/^\s+at /m);
  });

  it('never shows a secret of the configuration, even one that a plugin let slip', async () => {
    const yaml = scriptedConfig(['sales']).replace('flow: scripted }', "flow: scripted, password: '${env:PW}' }");
    await using workspace = await withConfig(yaml);
    const leaking = scriptedPlugins(() =>
      Promise.reject(new MailError('auth.rejected', 'refused hunter2-secret', { detail: { protocol: 'imap', text: 'LOGIN hunter2-secret' }, cause: new Error('hunter2-secret') })),
    );
    for (const flags of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr } = await signalbox(['folders', 'sales', ...flags], { cwd: workspace.folder, plugins: leaking, env: { PW: 'hunter2-secret' } });
      expect(stdout + stderr).toContain('refused');
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });
});

describe('a mistake in the program or in a plugin', () => {
  const TOKEN = 'eyJ0eXAiOiJKV1Qi.canary-of-a-token';
  const quoting = (): Error => Object.assign(new TypeError(`Headers.append: "Bearer ${TOKEN}" is an invalid header value.`), { code: 'ERR_HEADER', cause: new Error(TOKEN) });
  const failingCall = scriptedPlugins(async () => ({ receive: { findFolder: () => Promise.reject(quoting()), listFolders: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(quoting()) }) }) } as never }));
  const failingOpen = scriptedPlugins(() => Promise.reject(quoting()));
  const withFlags = (commands: readonly string[]): readonly string[] => commands.flatMap((command) => ['', ' --json', ' --verbose'].map((flag) => `${command}${flag}`));

  /** What it prints; a watch ends once it has told of the failure. */
  async function printed(command: string, plugins: typeof failingCall): Promise<string> {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const stop = new AbortController();
    const onOutput = (...all: readonly string[]): void => void (command.startsWith('watch') && all.some((text) => /TypeError|explain/.test(text)) && stop.abort(new Error('enough')));
    const { stdout, stderr } = await signalbox(command.split(' '), { cwd: workspace.folder, plugins, signal: stop.signal, onOutput });
    return stdout + stderr;
  }

  it.each(withFlags(['folders sales', 'test incoming', 'watch']))('is told by "%s" with its kind and where it was, and without a word of what it says', async (command) => {
    const text = await printed(command, failingCall);
    expect(text).not.toContain('canary');
    expect(text).toMatch(/TypeError \(ERR_HEADER\)[^]* {4}at /);
  });

  it.each(withFlags(['folders sales', 'test incoming', 'watch', 'doctor']))('that a failure is traced back to is told by "%s" without a word of what it says', async (command) => {
    const text = await printed(command, failingOpen);
    expect(text).toContain('explain');
    expect(text).not.toContain('canary');
  });
});

describe('send', () => {
  interface Sent {
    readonly envelope: Submission['envelope'];
    readonly text: string;
  }
  const sending = (sent: Sent[], envelope: 'explicit' | 'from-headers' = 'explicit'): ReturnType<typeof scriptedPlugins> =>
    scriptedPlugins(async () => ({
      send: {
        traits: { envelope, messageId: 'kept', sentCopy: 'none' },
        async dispatch(what): Promise<Receipt> {
          const submission = what as Submission;
          sent.push({ envelope: submission.envelope, text: (await collectBytes(submission.content.open())).toString() });
          return { accepted: submission.envelope.rcptTo, sentCopy: 'not-saved', detail: { protocol: 'smtp', text: '250 queued as 42' } };
        },
      },
    }));
  const withDefaults = scriptedConfig(['sales'], 'outgoing: { mode: client, from: contact@contoso.example, bcc: archive@contoso.example }\n');

  it('takes From and Bcc from the configuration, and keeps the Bcc out of the message', async () => {
    await using workspace = await withConfig(withDefaults);
    const sent: Sent[] = [];
    const { code, stdout } = await signalbox(['send', 'sales', '--to', 'a@example.com,b@example.com', '-s', 'Hello', '--text', 'Hi'], { cwd: workspace.folder, plugins: sending(sent) });
    expect(code).toBe(EXIT.ok);
    expect(sent[0]?.envelope).toEqual({ mailFrom: 'contact@contoso.example', rcptTo: ['a@example.com', 'b@example.com', 'archive@contoso.example'] });
    expect(sent[0]?.text).toContain('From: contact@contoso.example');
    expect(sent[0]?.text).not.toContain('archive@');
    expect(stdout).toContain('250 queued as 42');
  });

  it('writes the Bcc into the message where the server takes the recipients from it', async () => {
    await using workspace = await withConfig(withDefaults);
    const sent: Sent[] = [];
    await signalbox(['send', 'sales', '--to', 'a@example.com', '--text', 'Hi'], { cwd: workspace.folder, plugins: sending(sent, 'from-headers') });
    expect(sent[0]?.text).toContain('Bcc: archive@contoso.example');
  });

  it('reads the text from standard input, and names the final Message-ID', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const sent: Sent[] = [];
    const { stdout } = await signalbox(['send', 'sales', '--to', 'a@example.com', '--json'], { cwd: workspace.folder, plugins: sending(sent), stdin: 'from a pipe\n' });
    const receipt = JSON.parse(stdout) as { messageId: string };
    expect(sent[0]?.text).toContain('from a pipe');
    expect(sent[0]?.text).toContain(`Message-ID: <${receipt.messageId}>`);
    expect(receipt).toMatchObject({ ok: true, mailbox: 'sales', from: 'sales@contoso.example', accepted: ['a@example.com'] });
  });

  it('sends a finished message to whom its headers name, or to whom it is told', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']), {
      'mail.eml': 'From: S <sales@contoso.example>\r\nTo: x@example.com\r\nBcc: y@example.com\r\nSubject: s\r\nMessage-ID: <m@x>\r\nDate: d\r\n\r\nbody',
    });
    const sent: Sent[] = [];
    const plugins = sending(sent);
    await signalbox(['send', 'sales', '--file', 'mail.eml'], { cwd: workspace.folder, plugins });
    await signalbox(['send', 'sales', '--file', 'mail.eml', '--to', 'z@example.com'], { cwd: workspace.folder, plugins });
    expect(sent.map(({ envelope }) => envelope.rcptTo)).toEqual([['x@example.com', 'y@example.com'], ['z@example.com']]);
    expect(sent[0]?.text).toBe('From: S <sales@contoso.example>\r\nTo: x@example.com\r\nSubject: s\r\nMessage-ID: <m@x>\r\nDate: d\r\n\r\nbody');
  });

  it('refuses to send nothing, to nobody, or two things at once', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']), { 'mail.eml': 'Subject: s\r\n\r\n' });
    const sent: Sent[] = [];
    const settings = { cwd: workspace.folder, plugins: sending(sent) };
    expect((await signalbox(['send', 'sales', '--to', 'a@example.com'], settings)).code).toBe(EXIT.usage);
    expect((await signalbox(['send', 'sales', '--text', 'x'], settings)).code).toBe(EXIT.failed);
    expect((await signalbox(['send', 'sales', '--to', 'a@example.com', '--text', 'x', '--file', 'mail.eml'], settings)).code).toBe(EXIT.usage);
    expect((await signalbox(['send', 'sales', '--to', 'nobody', '--text', 'x'], settings)).code).toBe(EXIT.usage);
    expect(sent).toEqual([]);
  });
});

describe('test outgoing', () => {
  it('sends one mail to the address and nobody else', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales'], 'outgoing: { mode: client, bcc: archive@contoso.example }\n'));
    const envelopes: unknown[] = [];
    const plugins = scriptedPlugins(async () => ({
      send: {
        traits: { envelope: 'explicit', messageId: 'kept', sentCopy: 'none' },
        async dispatch(what): Promise<Receipt> {
          const { envelope } = what as Submission;
          envelopes.push(envelope);
          return { accepted: envelope.rcptTo, sentCopy: 'unknown' };
        },
      },
    }));
    const { code, stdout } = await signalbox(['test', 'outgoing', 'sales', '--to', 'me@example.com'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.ok);
    expect(envelopes).toEqual([{ mailFrom: 'sales@contoso.example', rcptTo: ['me@example.com'] }]);
    expect(stdout).toContain('me@example.com');
  });
});
