import type { Folder } from '../../store/folder.ts';
import { hiddenSince } from '../find.ts';
import { badRequest } from '../http/graph-error.ts';
import type { Filter } from '../odata/filter.ts';
import { parseOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import type { DeltaState } from './tokens.ts';

export type ChangeType = 'created' | 'updated' | 'deleted';

const CHANGE_TYPES: readonly ChangeType[] = ['created', 'updated', 'deleted'];
const KEPT = new Set(['$select', '$filter', '$expand', 'changetype']);
/** Behind everything that can be there. */
const BEFORE_ALL = { arrivedAt: Number.MAX_SAFE_INTEGER, location: Number.MAX_SAFE_INTEGER };

/** Where a first round begins, with the options it was asked with (FACTS.md E4). */
export function firstMessagesState({ graph, mailbox, request }: MailboxCall, folder: Folder): DeltaState {
  const { query } = request;
  if (query.has('$search')) throw badRequest("The query parameter '$search' is not supported with delta.");
  const order = query.get('$orderby')?.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  if (order !== undefined && order !== 'receiveddatetime desc') throw badRequest('A delta of messages can only be ordered by receivedDateTime desc.', 'ErrorInvalidUrlQuery');
  const options = [...query].filter(([name]) => KEPT.has(name));
  changeTypesOf(options);
  const { filter, top } = parseOptions(new Map([...query].filter(([name]) => name !== '$orderby')));
  if (filter) checkFilter(filter);
  const pageSize = request.preferences.maxPageSize ?? top;
  const shownUntil = hiddenSince(graph, mailbox) ?? Infinity;
  const hidden = folder.messages.filter(({ placedAt }) => placedAt > shownUntil);
  const since = hidden.reduce((least, { placedSequence }) => Math.min(least, placedSequence - 1), mailbox.sequence);
  return { of: 'messages', mailbox: mailbox.id, folder: folder.number, since, first: BEFORE_ALL, options, ...(pageSize !== undefined && { pageSize }) };
}

/** `changeType=created,updated`; everything unless told. */
export function changeTypesOf(options: readonly (readonly [string, string])[]): ReadonlySet<ChangeType> {
  const text = options.find(([name]) => name === 'changetype')?.[1];
  if (text === undefined) return new Set(CHANGE_TYPES);
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !CHANGE_TYPES.some((type) => type === name));
  if (unknown !== undefined) throw badRequest(`Unsupported changeType '${unknown}'.`);
  return new Set(CHANGE_TYPES.filter((type) => names.includes(type)));
}

/** Only receivedDateTime ge or gt. */
function checkFilter(filter: Filter): void {
  const isAllowed = filter.kind === 'compare' && filter.path.toLowerCase() === 'receiveddatetime' && (filter.operator === 'ge' || filter.operator === 'gt');
  if (!isAllowed) throw badRequest('A delta of messages can only be filtered by receivedDateTime with ge or gt.', 'ErrorInvalidUrlQueryFilter');
}
