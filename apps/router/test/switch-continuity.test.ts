import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@signalbox/kit';
import { createSwitching, type Delivery } from '@signalbox/router';
import { openStore, type Store } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { candidateOf, deploymentsOf } from '../src/session/deploying.ts';
import { openRouter } from '../src/session/open-router.ts';
import { openSession, type Session } from '../src/session/session.ts';
import { onePassword } from './one-password.ts';

const ADDRESS = 'sales@contoso.example';
const CONFIG = `version: 1
organization: contoso
defaults: { backlog: everything }
flows:
  old: { receive: { transport: memory, auth: old-auth }, send: { transport: memory, auth: old-auth } }
  modern: { receive: { transport: memory, auth: modern-auth }, send: { transport: memory, auth: modern-auth } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, flow: old }
`;

async function nextOf(deliveries: AsyncIterator<Delivery>): Promise<Delivery> {
  const { value, done } = await deliveries.next();
  if (done) throw new Error('There is no more.');
  return value;
}

describe('what was open before a switch', () => {
  it('is marked, answered, moved and acknowledged after it under the same id, by the new credentials alone', { timeout: 60_000 }, async () => {
    const server = createMemoryServer({ name: 'here' });
    const mailbox = server.addMailbox(ADDRESS, ['old-password', 'modern-password']);
    const plugins = [createMemoryPlugin(server), onePassword('old-auth', 'old-password'), onePassword('modern-auth', 'modern-password')];
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'signalbox.yaml');
    await writeFile(file, CONFIG);
    const store: Store = stack.use(await openStore({ directory: join(folder, 'data'), clock: systemClock, role: 'router' }));
    const open = (text: string): Promise<Session> => openSession({ file, text, env: {}, store, plugins });
    const session = stack.use(await open(CONFIG));
    const deployments = deploymentsOf(store);
    const candidate = candidateOf(session);
    await deployments.apply(await deployments.plan(candidate, { live: new Set(), doors: new Map() }), candidate, { who: 'operator' });
    const router = stack.use(await openRouter(session, { store, node: 'embedded', visibilityMs: 60_000 }));

    server.deliver(ADDRESS, { raw: Buffer.from('From: Ada <ada@example.com>\r\nSubject: before\r\nMessage-ID: <before@example.com>\r\n\r\nHi\r\n') });
    const deliveries = router.deliveries();
    const delivery = await nextOf(deliveries);
    const sendAt = new Date(Date.now() + 3_000);
    const sendOnce = () => router.send('sales', { to: ['ada@example.com'], subject: 'sent after it', text: 'Hi' }, { sendAt, idempotencyKey: 'once' });
    const waiting = await sendOnce();

    const switching = createSwitching({
      store,
      clock: systemClock,
      async open({ text }) {
        const opened = await open(text);
        return { candidate: candidateOf(opened), connections: opened.connections, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
      },
    });
    const { record, check } = await switching.run({ mailbox: 'sales', to: 'modern' }, { who: 'operator', soakMs: 60_000 });
    expect([record?.state, check.refusals]).toEqual(['soaking', []]);
    const after = stack.use(await open((await deployments.current())?.text ?? ''));
    expect(await router.update(after.config)).toMatchObject({ changed: ['sales'] });
    mailbox.changeSecrets('modern-password');

    const { id } = delivery;
    await router.mark(id, { add: ['$seen'] });
    expect([...(mailbox.folder('inbox').messages[0]?.keywords ?? [])]).toEqual(['$seen']);
    await router.reply(id, { text: 'Hello Ada' });
    await router.move(id, { role: 'archive' });
    expect([mailbox.folder('inbox').messages.length, mailbox.folder('archive').messages.length]).toEqual([0, 1]);
    await delivery.ack();
    expect((await store.deliveries.get(id))?.state).toBe('closed');
    expect((await sendOnce()).id).toBe(waiting.id);
    await expect.poll(() => server.submitted.map(({ raw }) => /^Subject: (.*)\r$/m.exec(Buffer.from(raw).toString())?.[1] ?? '').toSorted(), { timeout: 20_000 }).toEqual(['Re: before', 'sent after it']);
    server.deliver(ADDRESS, { raw: Buffer.from('From: Ada <ada@example.com>\r\nSubject: after\r\nMessage-ID: <after@example.com>\r\n\r\nHi\r\n') });
    expect((await nextOf(deliveries)).subject).toBe('after');
  });
});
