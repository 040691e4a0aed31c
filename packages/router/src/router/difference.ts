import type { Fingerprinter } from '../connections/fingerprint.ts';
import type { MailboxRoutes, Route } from '../routing/route.ts';

/** What another configuration means for each mailbox, by id. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Known before and after, and read or sent from in another way. */
  readonly changed: readonly string[];
  /** Those of them whose reading begins anew. */
  readonly receiveChanged: ReadonlySet<string>;
  /** Those of them and of the removed ones that send by another way, or no more. */
  readonly sendChanged: readonly string[];
  readonly unchanged: readonly string[];
}

/** Secrets count by what they are, not by where the configuration names them. What is read each time it is needed, as `onAck`, is no difference. */
export function differenceOf(before: readonly MailboxRoutes[], after: readonly MailboxRoutes[], fingerprint: Fingerprinter): Difference {
  const [known, next] = [new Map(before.map((entry) => [entry.mailbox.id as string, entry])), new Map(after.map((entry) => [entry.mailbox.id as string, entry]))];
  const both = [...known].flatMap(([id, was]) => {
    const is = next.get(id);
    return is ? [{ id, was, is }] : [];
  });
  const isOther = (partsOf: (routes: MailboxRoutes) => unknown) => ({ was, is }: (typeof both)[number]): boolean => fingerprint(partsOf(was)) !== fingerprint(partsOf(is));
  const idsOf = (partsOf: (routes: MailboxRoutes) => unknown): readonly string[] => both.filter(isOther(partsOf)).map(({ id }) => id);
  const receiveChanged = new Set(idsOf(receivingParts));
  const sendChanged = new Set(idsOf(sendingParts));
  const isChanged = (id: string): boolean => receiveChanged.has(id) || sendChanged.has(id);
  const removed = [...known.keys()].filter((id) => !next.has(id));
  return {
    added: [...next.keys()].filter((id) => !known.has(id)),
    removed,
    changed: both.filter(({ id }) => isChanged(id)).map(({ id }) => id),
    receiveChanged,
    sendChanged: [...removed, ...sendChanged],
    unchanged: both.filter(({ id }) => !isChanged(id)).map(({ id }) => id),
  };
}

const receivingParts = ({ mailbox: { address, folders, backlog }, wanted, receive }: MailboxRoutes): unknown => [address, folders, backlog, wanted.includes('receive'), routeParts(receive)];

/** Mail is looked for where it is received, too. */
const sendingParts = ({ mailbox: { address }, wanted, receive, send }: MailboxRoutes): unknown => [address, wanted, routeParts(receive), routeParts(send)];

const routeParts = (route: Route | undefined): unknown => route && [route.transport.name, route.transport.version, route.transportConfig, route.network, route.auth?.name, route.auth?.version, route.authConfig];
