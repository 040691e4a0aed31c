import { defineAuth, type Plugin, secret } from '@signalbox/core';
import { anything } from './scripted.ts';

/** Hands out one password, whatever the mailbox. */
export const onePassword = (name: string, password: string): Plugin =>
  defineAuth({
    kind: 'auth',
    name,
    version: '1.0.0',
    contract: '^1.0',
    config: anything,
    issues: ['password'],
    open: async () => ({
      credentialsFor: ({ address }) => ({ getCredential: async () => ({ kind: 'password', username: address, password: secret(password) }) }),
      status: async () => ({ state: 'ready' }),
      revoke: async () => {},
      async [Symbol.asyncDispose]() {},
    }),
  });
