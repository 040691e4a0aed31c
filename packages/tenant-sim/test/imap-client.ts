import { ImapFlow } from 'imapflow';
import type { Tenant } from '../src/index.ts';
import { type Dialogue, openDialogue } from './dialogue.ts';

export const SALES = 'sales@contoso.test';

/** A conversation by hand: `run` answers everything up to and with the tagged line, without the tag. */
export interface ImapDialogue extends Dialogue {
  run(command: string): Promise<readonly string[]>;
}

export async function openImap(tenant: Tenant, { signIn = true, user = SALES, password = 'sales-password' } = {}): Promise<ImapDialogue> {
  const dialogue = await openDialogue(tenant.doors.imap!.port, tenant.certificates.ca);
  await dialogue.until(/^\* OK .*\r\n/);
  const client = withRun(dialogue);
  if (signIn) await client.run(`LOGIN ${user} ${password}`);
  return client;
}

export function withRun(dialogue: Dialogue): ImapDialogue {
  let count = 0;
  return Object.assign(Object.create(dialogue) as Dialogue, {
    [Symbol.asyncDispose]: () => dialogue[Symbol.asyncDispose](),
    async run(command: string) {
      count += 1;
      dialogue.send(`t${count} ${command}`);
      const answer = await dialogue.until(new RegExp(`(?:^|\\r\\n)t${count} .*\\r\\n`));
      return answer.replace(`t${count} `, '').trimEnd().split('\r\n');
    },
  });
}

export async function openImapFlow(tenant: Tenant, auth: { readonly user: string; readonly pass?: string; readonly accessToken?: string } = { user: SALES, pass: 'sales-password' }): Promise<ImapFlow> {
  const client = new ImapFlow({ host: 'localhost', port: tenant.doors.imap!.port, secure: true, tls: { ca: tenant.certificates.ca }, auth, logger: false });
  await client.connect();
  return client;
}

export const bearer = (user: string, token: string): string => Buffer.from(`user=${user}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
