import type { Tenant } from '../src/index.ts';
import { type Dialogue, openDialogue } from './dialogue.ts';
import { bearer, SALES } from './imap-client.ts';

/** A submission by hand: `run` answers the last line of a reply. */
export interface SmtpDialogue extends Dialogue {
  run(command: string): Promise<string>;
  /** By password. */
  login(password?: string, user?: string): Promise<string>;
  xoauth2(token: string, user?: string): Promise<string>;
  /** Signs in by token, unless told not to, and sends a message; answers the first reply that is no success, or the last one. */
  mail(mail?: { readonly from?: string; readonly to?: readonly string[]; readonly token?: string | undefined; readonly text?: string }): Promise<string>;
}

export const exchangeToken = async ({ tokens, directory }: Tenant, user = SALES): Promise<string> => (await tokens.issue({ app: directory.apps()[0]!, user: directory.user(user)!, resource: 'exchange' })).token;

/** Connected by implicit TLS; `greeting` is the server's first line. */
export async function openSmtp(tenant: Tenant): Promise<SmtpDialogue & { readonly greeting: string }> {
  const dialogue = await openDialogue(tenant.doors.smtp!.implicitTlsPort, tenant.certificates.ca);
  const reply = async (): Promise<string> => (await dialogue.until(/^\d{3}(?: .*)?\r\n/m)).trimEnd().split('\r\n').at(-1)!;
  const run = (command: string): Promise<string> => {
    dialogue.send(command);
    return reply();
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const xoauth2: SmtpDialogue['xoauth2'] = (token, user = SALES) => run(`AUTH XOAUTH2 ${bearer(user, token)}`);
  const greeting = await reply();
  if (greeting.startsWith('220')) await run('EHLO client');
  return Object.assign(Object.create(dialogue) as Dialogue, {
    greeting,
    run,
    xoauth2,
    [Symbol.asyncDispose]: () => dialogue[Symbol.asyncDispose](),
    async login(password = 'sales-password', user = SALES) {
      await run('AUTH LOGIN');
      await run(base64(user));
      return run(base64(password));
    },
    async mail({ from = SALES, to = ['ada@example.org'], token, text = 'Hi' }: Parameters<SmtpDialogue['mail']>[0] = {}) {
      const steps: (() => Promise<string>)[] = [async () => xoauth2(token ?? (await exchangeToken(tenant)))];
      steps.push(...[`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA', `From: ${from}\r\nSubject: Hello\r\n\r\n${text}\r\n.`].map((line) => () => run(line)));
      let last = '';
      for (const step of steps) {
        last = await step();
        if (!/^[23]/.test(last)) break;
      }
      return last;
    },
  });
}
