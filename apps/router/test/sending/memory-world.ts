import { defineTransport, type MailTransport, type MessageRef, type Mutate, type Plugin, type Receipt, type Send, type Staged, type Submission } from '@signalbox/core';
import { plugin as password } from '@signalbox/auth-password';
import { collectBytes } from '@signalbox/kit';
import type { SendingSettings } from '@signalbox/router';
import { createTenantClock, type TenantClock } from '@signalbox/tenant-sim';
import { createMemoryPlugin, createMemoryServer, type MemoryServer, type MemoryServerOptions } from '@signalbox/transport-memory';
import { openSendingWorld, type SendingWorld } from './sending-world.ts';

/** What a test puts between the engine and the server. */
export interface Hooks {
  dispatch?: ((what: Staged | Submission, next: () => Promise<Receipt>) => Promise<Receipt>) | undefined;
  append?: ((next: () => Promise<MessageRef | undefined>) => Promise<MessageRef | undefined>) | undefined;
}

export interface MemoryWorldOptions extends MemoryServerOptions {
  /** A server like one of SMTP alone: it stages nothing and cannot be asked. */
  readonly isPlain?: boolean;
  readonly mailboxes?: readonly string[];
  /** Mailboxes that nobody reads. */
  readonly sendOnly?: boolean;
  readonly settings?: Partial<SendingSettings>;
  readonly outgoing?: string;
  /** The server and the store of another world, reached by a transport of another name. */
  readonly as?: { readonly name: string; readonly of: MemoryWorld };
}

export interface MemoryWorld extends SendingWorld {
  readonly server: MemoryServer;
  readonly clock: TenantClock;
  readonly hooks: Hooks;
  /** What was submitted with this text in it. */
  submitted(text: string): number;
  /** What lies in the folder of the mailbox. */
  texts(id: string, role: 'inbox' | 'sent' | 'drafts'): readonly string[];
}

export const addressOf = (id: string): string => `${id}@example.com`;

/** Reads a mail to its end, as a transport does that hands it over. */
export async function handOver(what: Staged | Submission): Promise<void> {
  if ('content' in what) await collectBytes(what.content.open());
}

export async function openMemoryWorld({ isPlain = false, mailboxes = ['sales'], sendOnly = false, settings, outgoing = '', as, ...options }: MemoryWorldOptions = {}): Promise<MemoryWorld> {
  const server = as?.of.server ?? createMemoryServer(options);
  const clock = as?.of.clock ?? createTenantClock();
  const name = as?.name ?? 'memory';
  const hooks: Hooks = {};
  if (!as) for (const id of mailboxes) server.addMailbox(addressOf(id));
  const line = (id: string): string => `  - { id: ${id}, address: ${addressOf(id)}, ${sendOnly ? 'send' : 'flow'}: in-memory, password: x }`;
  const world = await openSendingWorld({
    clock,
    plugins: [hooked(server, hooks, { isPlain, name }), password],
    config: `${outgoing}flows: { in-memory: { receive: { transport: ${name}, auth: password }, send: { transport: ${name}, auth: password } } }\nmailboxes:\n${mailboxes.map(line).join('\n')}\n`,
    ...(settings && { settings }),
    ...(as && { place: as.of.place }),
  });
  return {
    ...world,
    server,
    clock,
    hooks,
    submitted: (text) => server.submitted.filter(({ raw }) => Buffer.from(raw).includes(text)).length,
    texts: (id, role) => server.mailbox(addressOf(id))?.folder(role).messages.map(({ raw }) => Buffer.from(raw).toString()) ?? [],
  };
}

function hooked(server: MemoryServer, hooks: Hooks, { isPlain, name }: { readonly isPlain: boolean; readonly name: string }): Plugin {
  const plugin = createMemoryPlugin(server);
  const hookedAppend =
    (whole: Mutate): Mutate['append'] =>
    async (folder, content, options = {}) => {
      const { signal: _, ...others } = options; // what is on the wire is taken, whatever the sender has lost meanwhile
      return hooks.append ? hooks.append(() => whole.append(folder, content, others)) : whole.append(folder, content, options);
    };
  const wrap = (transport: MailTransport): MailTransport => {
    const whole = transport.send as Send;
    const hookedDispatch: Send['dispatch'] = async (what, options) => (hooks.dispatch ? hooks.dispatch(what, () => whole.dispatch(what, options)) : whole.dispatch(what, options));
    const send: Send = isPlain ? { traits: whole.traits, dispatch: hookedDispatch } : { ...whole, dispatch: hookedDispatch };
    const mutate = transport.mutate && { ...transport.mutate, append: hookedAppend(transport.mutate) };
    return { ...transport, send, ...(mutate && { mutate }), [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
  };
  return defineTransport({ ...plugin, name, open: async (context, options) => wrap(await plugin.open(context as never, options)) });
}
