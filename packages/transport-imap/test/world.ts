import { type CredentialIssuer, type Door, type Faults, issuerThatSets, openTestHost, subjectOf, type World } from '@signalbox/conformance';
import type { CredentialKind, Keyword } from '@signalbox/core';
import { type LocalImapServer, makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import type { ImapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

const ADDRESS = 'robin@local.example';
const FOLDERS = { inbox: 'INBOX', sent: 'Sent Items', drafts: 'Drafts', archive: 'Archive', junk: 'Junk Email', trash: 'Deleted Items', outbox: 'Outbox' } as const;
const FLAGS: Readonly<Record<string, string>> = { $seen: '\\Seen', $answered: '\\Answered', $flagged: '\\Flagged', $draft: '\\Draft' };

const flagOf = (keyword: Keyword): string => FLAGS[keyword] ?? keyword;
const keywordOf = (flag: string): Keyword => Object.entries(FLAGS).find(([, system]) => system === flag)?.[0] ?? flag.toLowerCase();

/** One for all worlds: making one takes a moment. */
const certificate = await makeLocalCertificate();

export interface LocalWorldOptions {
  readonly credential: CredentialKind;
  readonly tls?: ImapConfig['tls'];
  /** hoodiecrow's plugin names; all that it has unless told. */
  readonly extensions?: readonly string[];
  readonly keywords?: 'any' | 'system';
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A world on a server of its own in this process: hoodiecrow has one mailbox per server. */
export async function openLocalWorld({ credential, tls = 'implicit', extensions, keywords, config: more }: LocalWorldOptions): Promise<World> {
  const server = await startImapServer({ username: ADDRESS, certificate, tls, ...(extensions && { extensions }), ...(keywords && { keywords }) });
  const config = { host: 'localhost', port: server.port, tls, ca: server.ca, pollIntervalMs: 100, ...more };
  const host = await openTestHost({ plugin, mailbox: { id: 'robin', address: ADDRESS }, config, issuer: issuerOf(server, credential) });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['ada@local.example', 'ben@local.example'],
    sharesProcess: true,
    door: doorTo(server),
    faults: { ...host.faults, ...faultsOf(server) },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const issuerOf = (server: LocalImapServer, kind: CredentialKind): CredentialIssuer =>
  issuerThatSets(kind, ADDRESS, (value) => server.setCredentials(value === undefined ? {} : { [kind === 'password' ? 'password' : 'token']: value }));

function doorTo(server: LocalImapServer): Required<Omit<Door, 'submitted'>> {
  const uidsOf = (folder: string, subject: string): number[] => server.messages(folder).filter(({ raw }) => subjectOf(raw) === subject).map(({ uid }) => uid);
  return {
    async deliver(raw, { role = 'inbox', receivedAt, keywords = [] } = {}) {
      server.deliver(raw, { folder: FOLDERS[role], flags: keywords.map(flagOf), ...(receivedAt && { receivedAt }) });
    },
    stored: async (role) => server.messages(FOLDERS[role]).map(({ raw, flags, receivedAt }) => ({ raw, receivedAt, keywords: new Set(flags.map(keywordOf)) })),
    async expunge(role, subject) {
      server.expunge(FOLDERS[role], uidsOf(FOLDERS[role], subject));
    },
    async move(from, to, subject) {
      server.move(FOLDERS[from], uidsOf(FOLDERS[from], subject), FOLDERS[to]);
    },
    async setKeywords(role, subject, keywords) {
      server.setFlags(FOLDERS[role], uidsOf(FOLDERS[role], subject), keywords.map(flagOf));
    },
  };
}

function faultsOf(server: LocalImapServer): Faults {
  const { faults } = server;
  return {
    async expireCursors() {
      server.setUidValidity('INBOX', 2_000_000_000);
    },
    async rewindPositions() {
      const uids = server.messages().map(({ uid }) => uid);
      server.expunge('INBOX', uids.slice(-1));
      server.setUidNext('INBOX', uids.at(-1) ?? 1);
    },
    async hideOnce(subject) {
      for (const { uid, raw } of server.messages()) if (subjectOf(raw) === subject) faults.hideOnce(uid);
    },
    dropConnections: async () => faults.dropConnections(),
    hang: async () => faults.hang(),
    throttle: async () => faults.refuse(/^(?:UID|LIST|STATUS|SELECT|NOOP)\b/i, 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds'),
    fillMailbox: async () => faults.refuse(/^(?:APPEND|UID (?:COPY|MOVE))\b/i, 'NO [OVERQUOTA] Quota exceeded (mailbox for user is full)'),
  };
}
