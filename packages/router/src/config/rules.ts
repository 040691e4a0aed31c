import type { ProblemCollector } from './collector.ts';
import type { ConfigPath } from './positions.ts';
import { isTenantMap } from './schema-entra.ts';
import { didYouMean } from './suggest.ts';

/**
 * What no schema of single values can say. Works on the tree as it stands, right or wrong in shape,
 * so that these problems are told together with all others.
 */
export function checkRules(tree: unknown, report: ProblemCollector): void {
  const root = asMap(tree);
  checkUnique(root, 'id', report);
  checkUnique(root, 'address', report);
  for (const [index, mailbox] of mailboxesOf(root)) checkMailbox(mailbox, ['mailboxes', index], root, report);
  checkServers(asMap(root['servers']), ['servers'], {}, report);
  checkOutgoing(asMap(root['outgoing']), report);
  checkEntra(root['entra'], report);
  checkNotifications(asMap(root['notifications']), report);
}

type Tree = Readonly<Record<string, unknown>>;

const asMap = (value: unknown): Tree => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {});

const mailboxesOf = (root: Tree): readonly (readonly [number, Tree])[] =>
  Array.isArray(root['mailboxes']) ? root['mailboxes'].map((entry, index) => [index, asMap(entry)] as const) : [];

/** Neither names nor addresses tell upper from lower case: `Sales` beside `sales` is a mistake. */
function checkUnique(root: Tree, field: 'id' | 'address', report: ProblemCollector): void {
  const first = new Map<string, number>();
  for (const [index, mailbox] of mailboxesOf(root)) {
    const value = mailbox[field];
    if (typeof value !== 'string') continue;
    const earlier = first.get(value.toLowerCase());
    if (earlier === undefined) first.set(value.toLowerCase(), index);
    else if (field === 'id') report.error(['mailboxes', index, field], `The id "${value}" is used by mailboxes[${earlier}] too.`, 'Give each mailbox an id of its own.');
    else report.error(['mailboxes', index, field], `The address "${value}" is configured in mailboxes[${earlier}] too: its mail would be delivered twice.`, 'Keep one entry for each real mailbox.');
  }
}

function checkMailbox(mailbox: Tree, path: ConfigPath, root: Tree, report: ProblemCollector): void {
  const defaults = asMap(root['defaults']);
  const named = ['flow', 'receive', 'send'].some((key) => key in mailbox || key in defaults);
  if (!named && Object.keys(mailbox).length > 0) {
    report.error(path, 'The mailbox names no flow.', 'Add "flow" for both directions, or "receive" or "send" for one.');
  }
  const secrets = ['password', 'token', 'tokenFile'].filter((key) => key in mailbox);
  if (secrets.includes('token') && secrets.includes('tokenFile')) {
    report.error([...path, 'tokenFile'], 'The mailbox has both a token and a token file.', 'Keep one of the two.');
  }
  checkTenant(mailbox['tenant'], [...path, 'tenant'], root['entra'], report);
  checkServers(asMap(mailbox['servers']), [...path, 'servers'], asMap(root['servers']), report);
}

function checkTenant(tenant: unknown, path: ConfigPath, entra: unknown, report: ProblemCollector): void {
  if (typeof tenant !== 'string') return;
  const names = isTenantMap(entra) ? Object.keys(entra) : ['default'];
  if (names.includes(tenant)) return;
  report.error(path, `There is no tenant "${tenant}" in entra.${didYouMean(tenant, names)}`, `Choose one of: ${names.join(', ')}; or add it to entra.`);
}

/** Ports that belong to one way of TLS: RFC 8314 §3.2, §3.3 (993, 465); RFC 6409 (587) and RFC 9051 §2.1 (143) begin in clear text. */
const TLS_BY_PORT: Readonly<Record<number, 'implicit' | 'starttls'>> = { 993: 'implicit', 465: 'implicit', 143: 'starttls', 587: 'starttls' };

function checkServers(servers: Tree, path: ConfigPath, inherited: Tree, report: ProblemCollector): void {
  for (const name of ['imap', 'smtp']) {
    if (name in servers) checkTls(asMap(servers[name]), [...path, name], asMap(inherited[name]), report);
  }
}

function checkTls(server: Tree, path: ConfigPath, inherited: Tree, report: ProblemCollector): void {
  if (!('port' in server) && !('tls' in server)) return; // told where they stand
  const { port, tls } = { ...inherited, ...server };
  const usual = typeof port === 'number' ? TLS_BY_PORT[port] : undefined;
  if (!usual || (tls !== 'implicit' && tls !== 'starttls') || tls === usual) return;
  report.warning(
    [...path, 'tls' in server ? 'tls' : 'port'],
    `Port ${String(port)} usually speaks ${usual}, but tls is ${tls}: the connection will probably fail.`,
    `Set tls: ${usual}, or the port that goes with ${tls}.`,
  );
}

function checkOutgoing(outgoing: Tree, report: ProblemCollector): void {
  const relay = asMap(outgoing['relay']);
  checkTls(relay, ['outgoing', 'relay'], {}, report);
  if (outgoing['mode'] === 'relay' && !('relay' in outgoing)) {
    report.error(['outgoing', 'mode'], 'The outgoing mode is relay, but no relay is given.', 'Add outgoing.relay with host, port and tls; or set mode: client.');
  }
  if ('relay' in outgoing && outgoing['mode'] !== 'relay') {
    report.warning(['outgoing', 'relay'], 'The relay is not used, because the outgoing mode is client.', 'Set mode: relay, or remove the relay.');
  }
}

const CREDENTIALS = ['clientSecret', 'certificate', 'federated', 'managedIdentity'];

function checkEntra(entra: unknown, report: ProblemCollector): void {
  const tenants: readonly (readonly [ConfigPath, Tree])[] = isTenantMap(entra)
    ? Object.entries(entra).map(([name, tenant]) => [['entra', name], asMap(tenant)] as const)
    : [[['entra'], asMap(entra)]];
  for (const [path, tenant] of tenants) {
    const [, second] = CREDENTIALS.filter((key) => key in tenant);
    if (second) {
      report.error([...path, second], 'The application has more than one kind of credential.', `Keep one of ${CREDENTIALS.join(', ')}; a second of the same kind goes into secondClientSecret or secondCertificate.`);
    }
  }
}

function checkNotifications({ publicUrl }: Tree, report: ProblemCollector): void {
  const host = typeof publicUrl === 'string' ? URL.parse(publicUrl)?.hostname : undefined;
  if (host !== undefined && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(host)) {
    report.warning(['notifications', 'publicUrl'], `Only this machine reaches ${host}: a server elsewhere cannot tell of new mail.`, 'Write the name under which this machine, or a reverse proxy before it, is reached from outside.');
  }
}
