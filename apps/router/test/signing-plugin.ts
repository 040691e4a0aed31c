import { type AuthProvider, type AuthStatus, defineAuth, type Mailbox, MailError, type Plugin, secret, type TokenStore } from '@signalbox/core';
import { anything } from './scripted.ts';

/** What an auth plugin that people sign in to does, with a token service that knows one code. */
export const GOOD_CODE = 'code-that-the-issuer-gave';
export const TOKEN = 'refresh-token-canary-0123456789';
const HOUR = 3_600_000;

interface Kept {
  readonly account: string;
  readonly token: string;
  readonly signedInAt: string;
}

const action = { who: 'mailbox-user', action: 'sign-in-again', text: 'Sign in with `signalbox auth sign-in`.' } as const;

function openProvider(tokens: TokenStore, realm: string, calls: string[]): AuthProvider {
  const keyOf = ({ id }: Mailbox): string => `signing/${realm}/${id}`;
  const mailboxes = new Map<string, Mailbox>();
  const status = async (mailbox: Mailbox): Promise<AuthStatus> => {
    const stored = await tokens.read(keyOf(mailbox));
    if (!stored) return { state: 'action-required', remedy: action };
    const { account, signedInAt } = JSON.parse(stored.reveal()) as Kept;
    const deadlines = [{ what: 'idle', at: new Date(Date.now() + 12.5 * 24 * HOUR), remedy: { ...action, text: 'Use the mailbox, or sign in again.' } }] as const;
    return { state: 'ready', account, signedInAt: new Date(signedInAt), expiresAt: new Date(Date.now() + 1.5 * HOUR), deadlines };
  };
  return {
    credentialsFor: (mailbox) => ({ getCredential: async () => ({ kind: 'password', username: mailbox.address, password: secret('unused') }) }),
    status,
    async revoke(mailbox) {
      calls.push(`revoke ${realm} ${mailbox.id}`);
      await tokens.delete(keyOf(mailbox));
    },
    login: {
      async begin(mailbox, { prefer, redirectUri }) {
        calls.push(`begin ${realm} ${mailbox.id} ${prefer}`);
        const state = `state-of-${mailbox.id}`;
        mailboxes.set(state, mailbox);
        const expiresAt = new Date(Date.now() + 900_000).toISOString();
        if (prefer === 'device-code') return { type: 'device-code', verificationUri: 'https://login.example/device', userCode: 'ABCD-EFGH', state, expiresAt };
        return { type: 'browser', authorizationUrl: `https://login.example/authorize?${new URLSearchParams({ redirect_uri: redirectUri ?? '', state }).toString()}`, state, expiresAt };
      },
      async finish({ state, type }, { callbackUrl, signal } = {}) {
        signal?.throwIfAborted();
        const mailbox = mailboxes.get(state);
        const code = type === 'browser' ? new URL(callbackUrl ?? '').searchParams.get('code') : GOOD_CODE;
        if (!mailbox || code !== GOOD_CODE) throw new MailError('auth.wrong-account', 'Somebody <else> signed in.', { remedy: { ...action, text: 'Sign in with the account of the mailbox.' } });
        const kept: Kept = { account: mailbox.address, token: TOKEN, signedInAt: new Date().toISOString() };
        await tokens.write(keyOf(mailbox), secret(JSON.stringify(kept)));
      },
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** `calls` gets what was asked of it, in order. */
export const signingPlugin = (calls: string[] = []): Plugin =>
  defineAuth({
    kind: 'auth',
    name: 'signing',
    version: '1.0.0',
    contract: '^1.0',
    config: anything,
    issues: ['password'],
    open: async ({ tokens, config: { realm } }) => openProvider(tokens, typeof realm === 'string' ? realm : 'one', calls),
  });
