import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT, signalbox } from './io.ts';
import { type NotifiedWorld, openNotifiedWorld } from './notified-world.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Running extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Answers the exit code; null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function start({ folder, env }: NotifiedWorld, ...argv: readonly string[]): Running {
  const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...own } = process.env;
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', main, ...argv], { cwd: folder, env: { ...own, ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = (await closed) as [number | null];
    return code;
  };
  return { stdout: () => stdout, stderr: () => stderr, end, [Symbol.asyncDispose]: async () => void (await end('SIGKILL')) };
}

describe('the watch as a process', () => {
  it('is called back, also after it was killed, and hears nothing of what was asked for before', async () => {
    await using world = await openNotifiedWorld();
    const { subscriptions, deliver, proxy } = world;
    const shown = async (watch: Running, subject: string): Promise<void> => {
      await expect.poll(watch.stdout).toContain(`${subject}\n`);
    };
    const subscribed = async (count: number): Promise<void> => {
      await expect.poll(subscriptions, { timeout: 15_000 }).toHaveLength(count);
    };

    await using first = start(world, 'watch');
    await subscribed(1);
    const [old] = await subscriptions();
    deliver('first');
    await shown(first, 'first');
    await first.end('SIGKILL');

    await using second = start(world, 'watch');
    await subscribed(2);
    const answers = proxy.passed.length;
    deliver('second');
    await shown(second, 'second');
    const oldPath = new URL(old!.notificationUrl).pathname;
    await expect.poll(() => proxy.passed.slice(answers).map(({ path, status }) => `${path === oldPath ? 'old' : 'new'} ${status}`).toSorted()).toEqual(['new 202', 'old 404']);
    expect(second.stdout().trim().split('\n')).toHaveLength(1);

    expect(await second.end('SIGTERM')).toBe(EXIT.ok);
    expect((await subscriptions()).map(({ id }) => id)).toEqual([old!.id]);
  }, 60_000);
});

describe('the router as a process', () => {
  it('is called back, also after a newer configuration took over, and takes back at its end what it has asked for', async () => {
    await using world = await openNotifiedWorld();
    const { folder, env, subscriptions, deliver, proxy } = world;
    const apply = async (): Promise<number> => (await signalbox(['apply'], { cwd: folder, env })).code;
    expect(await apply()).toBe(EXIT.ok);
    await using running = start(world, 'run', '--maildir', 'in');
    const called = async (subject: string): Promise<void> => {
      const before = proxy.passed.length;
      deliver(subject);
      await expect.poll(running.stdout).toContain(subject);
      expect(proxy.passed.slice(before).map(({ status }) => status)).toContain(202);
    };
    await expect.poll(subscriptions, { timeout: 15_000 }).toHaveLength(1);
    const [old] = await subscriptions();
    await called('first');

    await appendFile(join(folder, 'signalbox.yaml'), 'defaults: { onAck: mark-read }\n');
    expect(await apply()).toBe(EXIT.ok);
    await expect.poll(running.stderr, { timeout: 15_000 }).toContain('Running revision 2');
    await expect.poll(async () => (await subscriptions()).map(({ id }) => id === old!.id), { timeout: 15_000 }).toEqual([true]);
    await called('second');

    expect(await running.end('SIGTERM')).toBe(EXIT.ok);
    expect(await subscriptions()).toEqual([]);
  }, 60_000);

  it('ends what it asked for in former lives, however soon each of them was killed', async () => {
    await using world = await openNotifiedWorld();
    const { folder, env, subscriptions } = world;
    expect((await signalbox(['apply'], { cwd: folder, env })).code).toBe(EXIT.ok);
    const former = new Set<string>();
    for (let life = 0; life < 3; life += 1) {
      await using running = start(world, 'run', '--maildir', 'in');
      await expect.poll(async () => (await subscriptions()).map(({ id }) => former.has(id)), { timeout: 20_000 }).toEqual([false]);
      await expect.poll(async () => (await signalbox(['status', '--json'], { cwd: folder, env })).stdout, { timeout: 15_000 }).toContain('"state":"active"');
      for (const { id } of await subscriptions()) former.add(id);
      await running.end('SIGKILL');
    }
    expect(former.size).toBe(3);
  }, 120_000);

  it('runs also where nobody can call it, and says so', async () => {
    await using world = await openNotifiedWorld({ pollIntervalMs: 1_000 });
    const { folder, env, subscriptions, deliver, port } = world;
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await using _other = { [Symbol.asyncDispose]: async () => void other.close() };
    expect((await signalbox(['apply'], { cwd: folder, env })).code).toBe(EXIT.ok);
    await using running = start(world, 'run', '--maildir', 'in');
    await expect.poll(running.stderr, { timeout: 15_000 }).toContain('Running revision 1');
    expect(running.stderr()).toContain('Servers cannot tell of new mail; it is found by looking.');
    expect(running.stderr()).toContain(`port ${port}: something else listens there`);
    await expect.poll(async () => (await signalbox(['status', '--json'], { cwd: folder, env })).stdout, { timeout: 15_000 }).toContain('"state":"active"');
    deliver('looked for');
    await expect.poll(running.stdout, { timeout: 15_000 }).toContain('looked for');
    expect(await subscriptions()).toEqual([]);
    expect(await running.end('SIGTERM')).toBe(EXIT.ok);
  }, 60_000);
});
