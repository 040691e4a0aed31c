import { type CredentialIssuer, type Faults, openTestHost, type OpenWorld, type World } from '@signalbox/conformance';
import type { CredentialKind, CredentialSource } from '@signalbox/core';
import { type DovecotServer, type FaultProxy, type Lab, type LabUser, type SecondDoor, startFaultProxy } from '@signalbox/lab';
import { plugin } from '@signalbox/transport-imap';
import { folderDoor, FOLDERS } from './folder-door.ts';
import { freshName, passwordAsToken, passwordOf, tokensOf } from './issuers.ts';

/** Transcripts: docs/quirks/dovecot.md. */
const DOVECOT_DEFECTS: NonNullable<World['defects']> = { 'message/nul': 'a NUL is served as 0x80' };

/** Transcripts: docs/quirks/greenmail.md. */
const GREENMAIL_DEFECTS: NonNullable<World['defects']> = {
  'message/no-date': 'ENVELOPE tells the arrival as the date of a message without one',
  'message/eight-bit-headers': 'UTF-8 in headers is sent in ISO 8859-1',
};

/** The IMAP transport on a Dovecot of the lab, through a proxy that can make it fall silent or cut it off. */
export const imapOnDovecot =
  (lab: Lab, server: DovecotServer, credentials: CredentialKind): OpenWorld =>
  async () => {
    const account = await server.createUser(freshName('imap'));
    const issuer = credentials === 'password' ? passwordOf(account) : tokensOf(lab, account.user);
    return openImapWorld({ lab, server, account, credentials: { issuer }, port: server.imapsPort, faults: dovecotFaults(server, account.user), defects: DOVECOT_DEFECTS });
  };

/** What it takes for tokens that a provider got from an authority which the lab trusts. */
export interface ProvidedTokens {
  readonly account: LabUser;
  readonly source: CredentialSource;
  /** Refusing and withdrawing. */
  readonly faults: Faults;
}

export const imapOnDovecotWith = async (lab: Lab, server: DovecotServer, { account, source, faults }: ProvidedTokens): ReturnType<OpenWorld> =>
  openImapWorld({ lab, server, account, credentials: { source }, port: server.imapsPort, faults: { ...dovecotFaults(server, account.user), ...faults }, defects: DOVECOT_DEFECTS });

/** The IMAP transport on the lab's GreenMail, which knows no special-use folders and little else. */
export const imapOnGreenMail =
  (lab: Lab, credentials: CredentialKind): OpenWorld =>
  async () => {
    const server = lab.greenmail;
    if (!server) throw new Error('The lab runs without GreenMail.');
    const account = await server.createUser(freshName('imap'));
    for (const folder of Object.values(FOLDERS)) if (folder !== 'INBOX') await server.createFolder(account.user, folder);
    const issuer = credentials === 'password' ? passwordOf(account) : passwordAsToken(account);
    return openImapWorld({ lab, server, account, credentials: { issuer }, port: server.imapsPort, faults: {}, defects: GREENMAIL_DEFECTS });
  };

interface ImapServer {
  readonly lab: Lab;
  readonly server: SecondDoor;
  readonly account: LabUser;
  readonly credentials: { readonly issuer: CredentialIssuer } | { readonly source: CredentialSource };
  readonly port: number;
  readonly faults: Faults;
  readonly defects: NonNullable<World['defects']>;
}

async function openImapWorld({ lab, server, account, credentials, port, faults, defects }: ImapServer): ReturnType<OpenWorld> {
  const proxy = await startFaultProxy({ target: port });
  const address = account.user;
  const config = { host: '127.0.0.1', port: proxy.port, tls: 'implicit' };
  const host = await openTestHost({ plugin, mailbox: { id: address, address }, config, ...credentials, network: { ca: [lab.ca] } });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: [address, address],
    defects,
    door: folderDoor(server, address),
    faults: { ...proxyFaults(proxy), ...host.faults, ...faults },
    async [Symbol.asyncDispose]() {
      proxy.set({});
      await host[Symbol.asyncDispose]();
      await proxy.close();
    },
  };
}

export const proxyFaults = (proxy: FaultProxy): Faults => ({
  async dropConnections() {
    proxy.cut('rst');
  },
  async hang() {
    proxy.set({ blackhole: true, hang: true });
    return { [Symbol.dispose]: () => proxy.set({}) };
  },
});

const dovecotFaults = (server: DovecotServer, user: string): Faults => ({
  async expireCursors() {
    const { uidValidity } = await server.status(user, 'INBOX');
    await server.setUidValidity(user, 'INBOX', uidValidity + 1000);
    await server.kick(user);
  },
  async rewindPositions() {
    // As after a restore from a backup that is older than the newest message.
    const newest = (await server.messages(user, 'INBOX')).at(-1);
    if (newest) await server.expunge(user, 'INBOX', newest.uid);
    await server.rewindUidNext(user, 'INBOX');
  },
});
