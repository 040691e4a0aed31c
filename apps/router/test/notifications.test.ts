import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { type NotifiedOptions, type NotifiedWorld, openNotifiedWorld } from './notified-world.ts';

interface Watching extends NotifiedWorld {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** How often the log has told of an event. */
  readonly count: (event: string) => number;
  /** As somebody who knows the address, and nothing else. */
  readonly post: (url: string, body: string) => Promise<number>;
  readonly stop: () => Promise<Outcome>;
}

/** A watch that stands, and is subscribed where it can be. */
async function watching(test: (watching: Watching) => Promise<void>, options: NotifiedOptions & { readonly flags?: readonly string[] } = {}): Promise<void> {
  await using world = await openNotifiedWorld(options);
  const { cwd, env } = { cwd: world.folder, env: world.env };
  const stopping = new AbortController();
  let [out, err] = ['', ''];
  const ended = signalbox(['watch', ...(options.flags ?? ['--verbose'])], { cwd, env, signal: stopping.signal, onOutput: (stdout, stderr) => void ([out, err] = [stdout, stderr]) });
  const stop = (): Promise<Outcome> => {
    stopping.abort();
    return ended;
  };
  try {
    await expect.poll(() => /watching/.test(err), { timeout: 10_000 }).toBe(true);
    await expect.poll(world.subscriptions).toHaveLength(options.unreachable ? 0 : 1);
    const post = async (url: string, body: string): Promise<number> => (await fetch(`http://127.0.0.1:${world.port}${new URL(url).pathname}`, { method: 'POST', body })).status;
    await test({ ...world, stdout: () => out, stderr: () => err, count: (event) => err.split(`"${event}"`).length - 1, post, stop });
  } finally {
    await stop();
  }
}

/** Until mail with this subject was shown, much sooner than anybody would look by the clock. */
async function shown(subject: string, { stdout }: Pick<Watching, 'stdout'>): Promise<void> {
  await expect.poll(stdout).toContain(`${subject}\n`);
}

describe('a watch that can be called back', () => {
  it('shows mail when it comes, long before it would look, and takes its subscription back in the end', () =>
    watching(async (world) => {
      const { deliver, proxy, stop, subscriptions, stderr } = world;
      const [subscription] = await subscriptions();
      const path = new URL(subscription!.notificationUrl).pathname;
      expect(path).toMatch(/^\/signalbox\/[\w-]{43}$/);
      // The handshake, once for both addresses that are the same.
      expect(proxy.passed).toEqual([{ path: expect.stringContaining(`${path}?validationToken=`), status: 200 }]);
      deliver('first');
      await shown('first', world);
      deliver('second');
      await shown('second', world);
      expect(proxy.passed.slice(1)).toEqual([{ path, status: 202 }, { path, status: 202 }]);
      expect(stderr()).not.toContain(path.slice('/signalbox/'.length));
      expect((await stop()).code).toBe(EXIT.ok);
      expect(await subscriptions()).toEqual([]);
    }));

  it('says where it can be called, and when it has begun to watch', () =>
    watching(async ({ stderr, proxy, port }) => {
      expect(stderr().split('\n')).toEqual([`Servers may tell of new mail at ${proxy.origin}/signalbox, received on 127.0.0.1, port ${port}.`, 'Watching 1 mailbox. Ctrl-C ends it.', '✔ sales · watching Inbox', '']);
    }, { flags: [] }));

  it('says both as lines of JSON', () =>
    watching(async ({ stderr, proxy, port }) => {
      const lines = stderr().trim().split('\n').map((line) => JSON.parse(line) as unknown);
      expect(lines).toEqual([
        { type: 'notifications', publicUrl: `${proxy.origin}/signalbox`, listen: { host: '127.0.0.1', port } },
        { type: 'watching', time: expect.any(String) as string, mailbox: 'sales', flow: 'o365-client-credentials', folder: ['Inbox'] },
      ]);
    }, { flags: ['--json'] }));

  it('does not look for somebody who knows the address and not the secret', () =>
    watching(async (world) => {
      const { deliver, post, subscriptions, tenant, stdout } = world;
      const [subscription] = await subscriptions();
      tenant.faults.set('graph.notification-lost', {}, { times: 1 });
      deliver('hidden');
      for (const body of ['{"value":[{"clientState":"guessed","changeType":"created"}]}', '{"value":[{"changeType":"created"}]}', 'no json', '']) expect(await post(subscription!.notificationUrl, body)).toBe(202);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(stdout()).toBe('');
      deliver('told');
      await shown('hidden', world);
      await shown('told', world);
    }));

  it('looks when the service says that it missed something', () =>
    watching(async (world) => {
      world.tenant.faults.set('graph.notification-lost', {}, { times: 1 });
      world.deliver('missed');
      expect(world.stdout()).toBe('');
      world.tenant.faults.set('graph.lifecycle', { event: 'missed' }, { times: 1 });
      await shown('missed', world);
    }));

  it('renews its subscription when the service asks for that', () =>
    watching(async (world) => {
      const [before] = await world.subscriptions();
      world.tenant.faults.set('graph.lifecycle', { event: 'reauthorizationRequired' }, { times: 1 });
      await expect.poll(async () => (await world.subscriptions())[0]?.expirationDateTime).not.toBe(before?.expirationDateTime);
      expect((await world.subscriptions()).map(({ id }) => id)).toEqual([before?.id]);
      world.deliver('after renewal');
      await shown('after renewal', world);
    }));

  it('subscribes anew when the service has ended its subscription', () =>
    watching(async (world) => {
      const [before] = await world.subscriptions();
      world.tenant.faults.set('graph.lifecycle', { event: 'subscriptionRemoved' }, { times: 1 });
      await expect.poll(() => world.count('graph.subscribed')).toBe(2);
      expect((await world.subscriptions()).map(({ id }) => id)).not.toEqual([before?.id]);
      world.deliver('after all that');
      await shown('after all that', world);
    }));

  it('finds by looking what nobody told it', () =>
    watching(async (world) => {
      using _lost = world.tenant.faults.set('graph.notification-lost', {});
      const before = world.proxy.passed.length;
      world.deliver('untold');
      await shown('untold', world);
      expect(world.proxy.passed.length).toBe(before);
    }, { pollIntervalMs: 1_000 }));
});

describe('a watch that cannot be called back', () => {
  it('subscribes to nothing and listens nowhere, where nothing is configured', () =>
    watching(async ({ port, proxy, subscriptions, stderr }) => {
      await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
      expect([await subscriptions(), proxy.passed, stderr()]).toEqual([[], [], 'Watching 1 mailbox. Ctrl-C ends it.\n✔ sales · watching Inbox\n']);
    }, { unreachable: true, flags: [] }));

  it('names the place and the remedy where its port is taken, and does not begin', async () => {
    await using world = await openNotifiedWorld();
    const other = createServer().listen(world.port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const run = (...flags: string[]): Promise<Outcome> => signalbox(['watch', ...flags], { cwd: world.folder, env: world.env });
      const { code, stderr } = await run();
      expect(code).toBe(EXIT.config);
      expect(stderr).toContain(`Calls cannot be received on 127.0.0.1, port ${world.port}: something else listens there (EADDRINUSE).`);
      const { stdout } = await run('--json');
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'config.invalid', problems: [{ path: 'notifications.listen.port', line: 9, remedy: expect.stringContaining('choose another port') as string }] } });
    } finally {
      other.close();
      await once(other, 'close');
    }
  });

  it('is no other command: nothing else listens', async () => {
    await using world = await openNotifiedWorld();
    const taken = createServer().listen(world.port, '127.0.0.1');
    await once(taken, 'listening');
    try {
      expect(await signalbox(['test', 'incoming'], { cwd: world.folder, env: world.env })).toMatchObject({ code: EXIT.ok });
    } finally {
      taken.close();
      await once(taken, 'close');
    }
  });
});
