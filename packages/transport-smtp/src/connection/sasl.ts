import type { Credential } from '@signalbox/core';

export type Mechanism = 'PLAIN' | 'LOGIN' | 'XOAUTH2';

export interface Reply {
  readonly status: number;
  readonly response: string;
}
/** Sends one line and resolves to the answer. */
export type Converse = (line: string) => Promise<Reply>;

/** What fits both the credential and the server; absent where nothing does. */
export function chooseMechanism(kind: Credential['kind'], offered: readonly string[], wanted: string): Mechanism | undefined {
  const fitting: readonly Mechanism[] = kind === 'bearer' ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'];
  return fitting.find((mechanism) => offered.includes(mechanism) && (wanted === 'auto' || wanted === mechanism.toLowerCase()));
}

/**
 * RFC 4954, RFC 4616, and XOAUTH2 (FACTS.md C2). nodemailer's own answer to a refused token is to ask for another one itself,
 * which drops the server's words on the way; the contract hands the token back to its provider and keeps them.
 */
export async function signIn(converse: Converse, mechanism: Mechanism, credential: Credential): Promise<Reply> {
  if (mechanism === 'LOGIN' && credential.kind === 'password') {
    const first = await converse('AUTH LOGIN');
    const second = first.status === 334 ? await converse(base64(credential.username)) : first;
    return second.status === 334 ? converse(base64(credential.password.reveal())) : second;
  }
  const reply = await converse(`AUTH ${mechanism} ${base64(initialResponse(credential))}`);
  // A challenge is an error in JSON; an empty answer makes the server say it in SMTP.
  return reply.status === 334 ? converse('') : reply;
}

const initialResponse = (credential: Credential): string =>
  credential.kind === 'bearer'
    ? `user=${credential.username}\u0001auth=Bearer ${credential.token.reveal()}\u0001\u0001`
    : `\u0000${credential.username}\u0000${credential.password.reveal()}`;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
