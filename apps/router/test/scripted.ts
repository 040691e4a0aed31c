import { defineAuth, defineTransport, type MailTransport, type Plugin, secret, type StandardSchemaV1 } from '@signalbox/core';

export const anything: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: (value ?? {}) as Record<string, unknown> }) },
};

/** Opens whatever the test says for a mailbox: for failures that no server produces on demand. */
export function scriptedPlugins(open: (mailbox: string, signal: AbortSignal | undefined) => Promise<Partial<MailTransport>>): readonly Plugin[] {
  const transport = defineTransport({
    kind: 'transport',
    name: 'scripted',
    version: '1.0.0',
    contract: '^1.0',
    config: anything,
    facets: ['receive', 'mutate', 'send'],
    credentials: ['password'],
    async open({ mailbox }, options) {
      const opened = await open(mailbox.id, options?.signal);
      const probe = { check: async () => ({ checks: [] }) };
      return { probe, async [Symbol.asyncDispose]() {}, ...opened };
    },
  });
  return [transport, scriptedAuth];
}

/** Hands every mailbox the same password. */
export const scriptedAuth: Plugin = defineAuth({
  kind: 'auth',
  name: 'scripted-auth',
  version: '1.0.0',
  contract: '^1.0',
  config: anything,
  issues: ['password'],
  async open() {
    return {
      credentialsFor: (mailbox) => ({ getCredential: async () => ({ kind: 'password', username: mailbox.address, password: secret('unused') }) }),
      status: async () => ({ state: 'ready' }),
      revoke: async () => {},
      async [Symbol.asyncDispose]() {},
    };
  },
});
