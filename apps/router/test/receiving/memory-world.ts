import { plugin as password } from '@signalbox/auth-password';
import { createMemoryPlugin, createMemoryServer, type MemoryServer } from '@signalbox/transport-memory';
import { openReceiving, type ReceivingOptions, type ReceivingWorld } from './world.ts';

export interface Letter {
  readonly to?: string;
  readonly id?: string;
  readonly at?: Date;
  readonly date?: string;
}

export const letter = (subject: string, { id = `${subject}@example.org`, date = 'Wed, 25 Nov 2026 10:00:00 +0000' }: Letter = {}): Buffer =>
  Buffer.from(`From: ada@example.org\r\nTo: a@b.c\r\nDate: ${date}\r\nSubject: ${subject}\r\n${id === '' ? '' : `Message-ID: <${id}>\r\n`}\r\nHi\r\n`);

/** A line of the configuration, with more settings in YAML. */
export const mailbox = (id: string, more = ''): string => `  - { id: ${id}, address: ${id}@b.c, receive: in-memory, password: '\${env:PASSWORD}'${more} }\n`;

export interface MemoryWorld extends ReceivingWorld {
  readonly server: MemoryServer;
  deliver(subject: string, about?: Letter): void;
}

/** `fill` puts in what is there before anybody connects. */
export async function openMemory(lines: string, { fill, ...options }: Partial<ReceivingOptions> & { readonly fill?: (server: MemoryServer) => void } = {}): Promise<MemoryWorld> {
  const server = createMemoryServer();
  for (const [, id] of lines.matchAll(/id: (\w+)/g)) server.addMailbox(`${id}@b.c`, ['pass']);
  fill?.(server);
  const config = `flows: { in-memory: { receive: { transport: memory, auth: password } } }\nmailboxes:\n${lines}`;
  const world = await openReceiving({ config, plugins: [createMemoryPlugin(server), password], env: { PASSWORD: 'pass', WRONG: 'wrong' }, ...options });
  return Object.defineProperties({} as MemoryWorld, {
    ...Object.getOwnPropertyDescriptors(world),
    server: { value: server },
    deliver: { value: (subject: string, about: Letter = {}) => put(server, subject, about) },
  });
}

export const put = (server: MemoryServer, subject: string, about: Letter = {}): void =>
  server.deliver(`${about.to ?? 'a'}@b.c`, { raw: letter(subject, about), ...(about.at && { receivedAt: about.at }) });

export const subjects = (deliveries: readonly { readonly subject?: string }[]): (string | undefined)[] => deliveries.map(({ subject }) => subject);

/** The subjects, where the order does not count. */
export const sorted = (deliveries: Parameters<typeof subjects>[0]): string[] => subjects(deliveries).map(String).sort((a, b) => a.localeCompare(b));
