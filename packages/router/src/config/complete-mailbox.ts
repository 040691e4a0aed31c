import type { FolderRole, FolderSelector } from '@signalbox/core';
import type { Direction } from '../routing/flow.ts';
import type { ProblemCollector } from './collector.ts';
import { partialNetwork } from './complete-network.ts';
import { completeServers } from './complete-servers.ts';
import type { Backlog, MailboxConfig, OnAck } from './config.ts';
import type { ConfigPath } from './positions.ts';
import type { Redactor } from './redactor.ts';
import type { FileConfig } from './schema.ts';

type FileMailbox = FileConfig['mailboxes'][number];
type FileHandling = NonNullable<FileConfig['defaults']>;

interface Services {
  readonly report: ProblemCollector;
  readonly redactor: Redactor;
}

/** One mailbox with the defaults of the file and of the product filled in. */
export function completeMailbox(mailbox: FileMailbox, index: number, data: FileConfig, { report, redactor }: Services): MailboxConfig {
  const defaults = data.defaults ?? {};
  const path = ['mailboxes', index] as const;
  const receive = chooseFlow('receive', mailbox, defaults, path);
  const send = chooseFlow('send', mailbox, defaults, path);
  if (send && data.outgoing?.mode === 'relay' && mailbox.send !== undefined) {
    report.warning([...path, 'send'], `The flow "${mailbox.send}" is not used to send, because the outgoing mode is relay.`, 'Remove it, or set outgoing.mode: client.');
  }
  const { tenant, endpoint, username, password, token, tokenFile } = mailbox;
  const concurrency = mailbox.concurrency ?? defaults.concurrency;
  return {
    id: mailbox.id,
    address: mailbox.address,
    path,
    ...(receive && { receive: receive.flow }),
    ...(send && { send: send.flow }),
    flowPaths: { ...(receive && { receive: receive.path }), ...(send && { send: send.path }) },
    ...(tenant !== undefined && { tenant }),
    ...(endpoint !== undefined && { endpoint: String(endpoint) }),
    faxesOnly: mailbox.faxesOnly ?? false,
    servers: completeServers(mailbox.servers),
    auth: mailbox.auth ?? {},
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...(token && { token }),
    ...(tokenFile !== undefined && { tokenFile }),
    folders: (mailbox.folders ?? defaults.folders ?? ['inbox']).map(toSelector),
    onAck: toOnAck(mailbox.onAck ?? defaults.onAck ?? 'nothing'),
    backlog: toBacklog(mailbox.backlog ?? defaults.backlog ?? 'from-now'),
    ...(concurrency !== undefined && { concurrency }),
    ...(mailbox.network && { network: partialNetwork(mailbox.network, redactor) }),
  };
}

interface ChosenFlow {
  readonly flow: string;
  readonly path: ConfigPath;
}

/** The defaults count only for a mailbox that names no flow at all: one that names `receive` alone only receives. */
function chooseFlow(direction: Direction, mailbox: FileMailbox, defaults: FileHandling, path: ConfigPath): ChosenFlow | undefined {
  const own = mailbox.flow !== undefined || mailbox.receive !== undefined || mailbox.send !== undefined;
  const [from, base]: readonly [FileHandling, ConfigPath] = own ? [mailbox, path] : [defaults, ['defaults']];
  const flow = from[direction] ?? from.flow;
  return flow === undefined ? undefined : { flow, path: [...base, from[direction] === undefined ? 'flow' : direction] };
}

const ROLES: ReadonlySet<string> = new Set<FolderRole>(['inbox', 'outbox', 'sent', 'drafts', 'archive', 'junk', 'trash']);

/** A bare word that is a role means the role, whatever the folder is called in the owner's language. */
function toSelector(folder: NonNullable<FileHandling['folders']>[number]): FolderSelector {
  if (typeof folder !== 'string') return folder;
  const word = folder.toLowerCase();
  return ROLES.has(word) ? { role: word as FolderRole } : { path: folder.split('/').filter((part) => part !== '') };
}

const toOnAck = (onAck: NonNullable<FileHandling['onAck']>): OnAck =>
  typeof onAck === 'string' ? { do: onAck } : { do: 'move', to: toSelector(onAck.move) };

const toBacklog = (backlog: NonNullable<FileHandling['backlog']>): Backlog =>
  typeof backlog === 'string' ? { kind: backlog } : { kind: 'since', date: new Date(backlog.since) };
