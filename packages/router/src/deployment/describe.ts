import type { FolderSelector } from '@signalbox/core';
import type { Backlog, Config, MailboxConfig, OnAck } from '../config/config.ts';
import { parseText } from '../config/yaml-text.ts';
import type { Direction } from '../routing/flow.ts';
import type { MailboxRoutes } from '../routing/route.ts';
import type { Deployed, DeployedMailbox, DeployedSide } from './deployed.ts';
import { flatten } from './settings.ts';

export interface DescribeInput {
  readonly config: Config;
  readonly routes: readonly MailboxRoutes[];
  /** What `config` was read from. */
  readonly text: string;
}

/** Sections that concern every mailbox. What `defaults` says is seen in the mailboxes that it changes. */
const SHARED = ['organization', 'entra', 'servers', 'auth', 'outgoing', 'network', 'receiving', 'retention', 'plugins', 'flows'] as const;
/** What a mailbox is configured with as it is written; the rest is told with its defaults applied. */
const WRITTEN = ['tenant', 'servers', 'auth', 'password', 'token', 'tokenFile', 'network'] as const;

/** A loaded configuration as a plan compares it. */
export function describeDeployment({ config, routes, text }: DescribeInput): Deployed {
  const written = writtenTree(text);
  const list = Array.isArray(written['mailboxes']) ? (written['mailboxes'] as readonly unknown[]) : [];
  return {
    shared: flatten(pick(written, SHARED)),
    mailboxes: routes.map((each) => describeMailbox(each, asTree(list[each.mailbox.path[1]]), config)),
  };
}

type Tree = Readonly<Record<string, unknown>>;

const asTree = (value: unknown): Tree => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {});

const pick = (tree: Tree, names: readonly string[]): Tree => Object.fromEntries(names.flatMap((name) => (name in tree ? [[name, tree[name]]] : [])));

function writtenTree(text: string): Tree {
  const parsed = parseText(text);
  return 'value' in parsed ? asTree(parsed.value) : {};
}

function describeMailbox(routes: MailboxRoutes, written: Tree, config: Config): DeployedMailbox {
  const { mailbox } = routes;
  const receive = describeSide(routes, 'receive', config);
  const send = describeSide(routes, 'send', config);
  return {
    id: mailbox.id,
    address: mailbox.address,
    ...(receive && { receive }),
    ...(send && { send }),
    onAck: mailbox.onAck,
    settings: { ...flatten(handlingOf(mailbox)), ...flatten(pick(written, WRITTEN)) },
  };
}

/** How mail is handled, in the words of the file. */
const handlingOf = ({ endpoint, faxesOnly, folders, onAck, backlog, concurrency }: MailboxConfig): Tree => ({
  endpoint,
  ...(faxesOnly && { faxesOnly }),
  folders: folders.map(folderText).join(', '),
  onAck: onAckText(onAck),
  backlog: backlogText(backlog),
  concurrency,
});

const folderText = (folder: FolderSelector): string => ('role' in folder ? folder.role : folder.path.join('/'));
const onAckText = (onAck: OnAck): string => (onAck.do === 'move' ? `move to ${folderText(onAck.to)}` : onAck.do);
const backlogText = (backlog: Backlog): string => (backlog.kind === 'since' ? `since ${backlog.date.toISOString()}` : backlog.kind);

function describeSide({ mailbox, wanted, ...routes }: MailboxRoutes, direction: Direction, { outgoing }: Config): DeployedSide | undefined {
  if (!wanted.includes(direction)) return undefined;
  const route = routes[direction];
  if (!route) {
    const flow = direction === 'send' && outgoing.relay ? outgoing.relay.flow : mailbox[direction];
    return flow === undefined ? undefined : { flow };
  }
  const { flow, transport, auth, username, credentials } = route;
  const server = route.server ?? addressOf(route.transportConfig);
  return {
    flow,
    transport: transport.name,
    ...(auth && { auth: auth.name }),
    ...server,
    username,
    ...(credentials.includes('password') && !credentials.includes('bearer') && { byUsername: true }),
  };
}

/** Of a transport that is reached at an address instead of a host and a port. */
function addressOf(transportConfig: unknown): Pick<DeployedSide, 'host'> | undefined {
  if (typeof transportConfig !== 'object' || transportConfig === null || !('baseUrl' in transportConfig)) return undefined;
  const { baseUrl } = transportConfig;
  return typeof baseUrl === 'string' && URL.canParse(baseUrl) ? { host: new URL(baseUrl).host } : undefined;
}
