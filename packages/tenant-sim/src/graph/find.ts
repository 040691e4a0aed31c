import type { Folder } from '../store/folder.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Message } from '../store/message.ts';
import type { GraphContext } from './graph-context.ts';
import { defaultFolderNotFound, itemNotFound, malformedId } from './http/graph-error.ts';

/** Names that FACTS.md E3 lists and these mailboxes do not have. */
const OTHER_WELL_KNOWN = new Set(['clutter', 'conflicts', 'localfailures', 'scheduled', 'searchfolders', 'serverfailures', 'syncissues']);
const LOOKS_LIKE_AN_ID = /^A[AQ][\w-]+={0,2}$/;

export function needFolder({ mailbox }: { readonly mailbox: Mailbox }, key: string): Folder {
  const folder = mailbox.folder(key);
  if (folder) return folder;
  const name = key.toLowerCase();
  if (OTHER_WELL_KNOWN.has(name)) throw defaultFolderNotFound(name.charAt(0).toUpperCase() + name.slice(1));
  throw LOOKS_LIKE_AN_ID.test(key) ? itemNotFound() : malformedId();
}

/** In this folder, when one is given: a message that has moved on is not there. */
export function needMessage({ graph, mailbox }: { readonly graph: GraphContext; readonly mailbox: Mailbox }, id: string, folder?: Folder): Message {
  const message = mailbox.message(id);
  if (message && (!folder || message.folder === folder) && !isHidden(graph, mailbox, message)) return message;
  throw message || LOOKS_LIKE_AN_ID.test(id) ? itemNotFound() : malformedId();
}

/** What came this recently is not shown yet while Graph lags behind the other doors. */
export function hiddenSince({ faults, clock }: GraphContext, mailbox: Mailbox): number | undefined {
  const lag = faults.peek('graph.lag', { mailbox: mailbox.address });
  return lag && clock.now().getTime() - lag.ms;
}

function isHidden(graph: GraphContext, mailbox: Mailbox, { placedAt }: Message): boolean {
  const since = hiddenSince(graph, mailbox);
  if (since === undefined || placedAt <= since) return false;
  graph.faults.take('graph.lag', { mailbox: mailbox.address });
  return true;
}
