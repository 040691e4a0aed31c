import { defineTransport, secret, type StandardSchemaV1, type TransportContext } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { openTestHost } from './test-host.ts';

interface Config {
  readonly port: number;
}

const schema: StandardSchemaV1<unknown, Config> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'object' && value !== null && 'port' in value ? { value: { port: Number(value.port) } } : { issues: [{ message: 'no port' }] }),
  },
};

function recorded() {
  const contexts: TransportContext<Config>[] = [];
  const disposed: number[] = [];
  const plugin = defineTransport<Config>({
    kind: 'transport',
    name: 'recorded',
    version: '1.0.0',
    contract: '^1.0',
    config: schema,
    facets: [],
    credentials: ['password'],
    async open(context) {
      const index = contexts.push(context);
      return { probe: { check: async () => ({ checks: [] }) }, [Symbol.asyncDispose]: async () => void disposed.push(index) };
    },
  });
  const options = { plugin, mailbox: { id: 'robin', address: 'robin@local.example' }, config: { port: '993' }, issuer: { kind: 'password', username: 'robin', issue: async () => 's3cret' } } as const;
  return { contexts, disposed, options };
}

describe('the test host', () => {
  it('hands the plugin its validated configuration, and the world the one that was written', async () => {
    const { contexts, options } = recorded();
    await using host = await openTestHost(options);
    await host.open();
    expect(contexts[0]).toMatchObject({ config: { port: 993 }, mailbox: options.mailbox, network: {} });
    expect(host.world).toMatchObject({ plugin: options.plugin, address: 'robin@local.example', config: { port: '993' }, secrets: ['s3cret'] });
  });

  it('refuses a configuration that the plugin refuses', async () => {
    await expect(openTestHost({ ...recorded().options, config: {} })).rejects.toThrow('no port');
  });

  it('keeps what is logged, over all transports of the mailbox', async () => {
    const { contexts, options } = recorded();
    await using host = await openTestHost(options);
    await host.open();
    await host.world.reopen();
    contexts[0]?.log.log('info', 'one.happened');
    contexts[1]?.log.log('warn', 'two.happened', { times: 2 });
    expect(host.world.logged()).toEqual([
      { level: 'info', event: 'one.happened' },
      { level: 'warn', event: 'two.happened', fields: { times: 2 } },
    ]);
  });

  it('passes the credentials of a provider on as they are, counts them, and tells the world what must not be seen', async () => {
    const { contexts, options } = recorded();
    const asked: unknown[] = [];
    const source = { getCredential: async (request: unknown) => ({ kind: 'bearer', username: 'robin', token: secret(`token ${asked.push(request)}`) }) as const };
    const { issuer: _, ...rest } = options;
    await using host = await openTestHost({ ...rest, source });
    await host.open();
    const { credentials } = contexts[0]!;
    const rejected = await credentials.getCredential({ accept: ['bearer'], scopes: ['mail'] });
    await credentials.getCredential({ accept: ['bearer', 'password'], rejected });
    expect(asked).toEqual([{ accept: ['bearer'], scopes: ['mail'] }, { accept: ['bearer', 'password'], rejected }]);
    expect(host.faults.credentialRequests()).toEqual({ asked: 2, rejected: 1, accepted: ['bearer', 'password'] });
    expect(host.world.secrets).toEqual(['token 1', 'token 2']);
  });

  it('disposes of every transport it opened', async () => {
    const { disposed, options } = recorded();
    {
      await using host = await openTestHost(options);
      await host.open();
      await host.world.reopen();
    }
    expect(disposed).toEqual([1, 2]);
  });
});
