import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT } from './io.ts';
import { type NotifiedWorld, openNotifiedWorld } from './notified-world.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Watch extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Answers the exit code; null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function startWatch({ folder, env }: NotifiedWorld): Watch {
  const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...own } = process.env;
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', main, 'watch'], { cwd: folder, env: { ...own, ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
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
    const shown = async (watch: Watch, subject: string): Promise<void> => {
      await expect.poll(watch.stdout, { timeout: 5_000 }).toContain(`${subject}\n`);
    };
    const subscribed = async (count: number): Promise<void> => {
      await expect.poll(subscriptions, { timeout: 15_000 }).toHaveLength(count);
    };

    await using first = startWatch(world);
    await subscribed(1);
    const [old] = await subscriptions();
    deliver('first');
    await shown(first, 'first');
    await first.end('SIGKILL');

    await using second = startWatch(world);
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
