import type { Folder } from '../../store/folder.ts';
import { folderProperties, showFolder } from '../folders/show.ts';
import type { Reply } from '../http/reply.ts';
import { parseOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import { deltaPage, gone, removed, stateOf, USUAL_PAGE } from './answer.ts';
import type { DeltaState } from './tokens.ts';

/** GET mailFolders/delta: all folders at whatever depth. Their counts are part of them, so new mail is a change too. */
export function foldersDelta(call: MailboxCall): Reply {
  const { graph, mailbox, request } = call;
  const state = stateOf(call, 'folders') ?? firstState(call);
  const names = folderProperties(parseOptions(new Map(state.options)).select);
  const removedFolders = state.first ? [] : mailbox.foldersRemovedSince(state.since);
  if (!removedFolders) throw gone(call);
  const changed = shownFolders(call).filter(({ sequence }) => state.first !== undefined || sequence > state.since);
  // In the first round a folder's place is its number, later its last change.
  const placeOf = ({ number, sequence }: Pick<Folder, 'number' | 'sequence'>): number => (state.first ? number : sequence);
  const items = [
    ...changed.map((folder) => ({ place: placeOf(folder), json: showFolder({ graph, mailbox }, folder, names) })),
    ...removedFolders.map(({ number, sequence }) => ({ place: sequence, json: removed(mailbox.folderId({ number })) })),
  ]
    .filter(({ place }) => place > (state.first?.location ?? state.since))
    .sort((a, b) => a.place - b.place);
  const size = request.preferences.maxPageSize ?? state.pageSize ?? USUAL_PAGE;
  const page = items.slice(0, size);
  const isOver = items.length <= size;
  const { first, ...rest } = state;
  const last = page.at(-1)?.place;
  const next: DeltaState = first ? { ...rest, ...(!isOver && last !== undefined && { first: { arrivedAt: 0, location: last } }) } : { ...rest, since: last ?? state.since };
  return deltaPage(call, 'mailFolder', page.map(({ json }) => ({ '@odata.type': '#microsoft.graph.mailFolder', ...json })), { next, isOver });
}

function firstState({ mailbox, request }: MailboxCall): DeltaState {
  const options = [...request.query].filter(([name]) => name === '$select');
  const pageSize = request.preferences.maxPageSize ?? parseOptions(request.query).top;
  return { of: 'folders', mailbox: mailbox.id, since: mailbox.sequence, first: { arrivedAt: 0, location: 0 }, options, ...(pageSize !== undefined && { pageSize }) };
}

function shownFolders({ mailbox, request }: MailboxCall): readonly Folder[] {
  const withHidden = request.query.get('includehiddenfolders')?.toLowerCase() === 'true';
  const root = mailbox.folder('msgfolderroot');
  const isBelow = (folder: Folder): boolean => folder.parent !== undefined && (folder.parent === root || isBelow(folder.parent));
  return mailbox.folders.filter((folder) => isBelow(folder) && (withHidden || !folder.isHidden));
}
