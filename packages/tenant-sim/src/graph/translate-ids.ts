import { badRequest } from './http/graph-error.ts';
import { ok, type Reply } from './http/reply.ts';
import { jsonBody, parameterOf } from './http/request.ts';
import type { MailboxCall } from './routing.ts';
import { choiceIn, textIn } from './write/input.ts';

const FORMATS = ['entryId', 'ewsId', 'immutableEntryId', 'restId', 'restImmutableEntryId'] as const;
type Format = (typeof FORMATS)[number];

const MOST_IDS = 1_000;

/** POST translateExchangeIds (FACTS.md E9). What cannot be translated says so in its place. */
export async function translateIds(call: MailboxCall): Promise<Reply> {
  const body = await jsonBody(call.request);
  const inputIds = parameterOf(body, 'inputIds');
  const source = choiceIn('sourceIdType', parameterOf(body, 'sourceIdType'), FORMATS);
  const target = choiceIn('targetIdType', parameterOf(body, 'targetIdType'), FORMATS);
  if (!Array.isArray(inputIds) || inputIds.length > MOST_IDS) throw badRequest(`The parameter 'InputIds' has to be a list of ${MOST_IDS} ids at most.`, 'ErrorInvalidParameter');
  const value = inputIds.map((given) => {
    const sourceId = textIn('inputIds', given);
    const targetId = translated(call, fromFormat(sourceId, source), target);
    return targetId === undefined ? { sourceId, errorDetails: { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' } } : { sourceId, targetId };
  });
  return ok({ '@odata.context': `${call.request.origin}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)`, value });
}

/** Of messages and folders; a folder's id is immutable as it is. */
function translated({ mailbox }: MailboxCall, restId: string, target: Format): string | undefined {
  const message = mailbox.message(restId);
  if (message) return toFormat(target === 'immutableEntryId' || target === 'restImmutableEntryId' ? mailbox.immutableId(message) : mailbox.ordinaryId(message), target);
  const folder = mailbox.folder(restId);
  return folder && toFormat(mailbox.folderId(folder), target);
}

/** Binary ids are URL-safe base64 whose padding is told by a digit; EWS has the ordinary alphabet. */
function toFormat(restId: string, format: Format): string {
  if (format === 'entryId' || format === 'immutableEntryId') return restId.replace(/=*$/, ({ length }) => String(length));
  return format === 'ewsId' ? restId.replaceAll('-', '+').replaceAll('_', '/') : restId;
}

function fromFormat(id: string, format: Format): string {
  if (format === 'entryId' || format === 'immutableEntryId') return id.replace(/[012]$/, (digit) => '='.repeat(Number(digit)));
  return format === 'ewsId' ? id.replaceAll('+', '-').replaceAll('/', '_') : id;
}
