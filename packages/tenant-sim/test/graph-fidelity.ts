import { describedAnswer, namesIn, templateOf } from './closed-schemas.ts';

export interface SeenAnswer {
  readonly method: string;
  /** Path segments behind the version, and query options by name. */
  readonly segments: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** The token keeps back bodies, or the answer is shortened on purpose. */
  readonly isPartial: boolean;
}

/** What the documentation shows of a message when nothing is selected (examples of message-get and user-post-messages). */
export const DOCUMENTED_MESSAGE =
  'createdDateTime lastModifiedDateTime changeKey categories receivedDateTime sentDateTime hasAttachments internetMessageId subject bodyPreview importance parentFolderId conversationId conversationIndex isDeliveryReceiptRequested isReadReceiptRequested isRead isDraft webLink inferenceClassification body sender from toRecipients ccRecipients bccRecipients replyTo flag'.split(
    ' ',
  );
const DOCUMENTED_FOLDER = 'displayName parentFolderId childFolderCount unreadItemCount totalItemCount isHidden'.split(' ');
const DOCUMENTED_ATTACHMENT = 'lastModifiedDateTime name contentType size isInline'.split(' ');
const DOCUMENTED_SUBSCRIPTION = 'resource applicationId changeType clientState notificationUrl expirationDateTime creatorId'.split(' ');

const DOCUMENTED: readonly (readonly [schema: RegExp, properties: readonly string[]])[] = [
  [/graph\.message(CollectionResponse)?$/, DOCUMENTED_MESSAGE],
  [/graph\.mailFolder(CollectionResponse)?$/, DOCUMENTED_FOLDER],
  [/graph\.attachment(CollectionResponse)?$/, DOCUMENTED_ATTACHMENT],
  [/graph\.subscription(CollectionResponse)?$/, DOCUMENTED_SUBSCRIPTION],
];

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with an answer, by Microsoft's description; nothing when all is well. */
export function faultsOf(answer: SeenAnswer): readonly string[] {
  const { method, segments, status, contentType, body } = answer;
  const template = templateOf(segments);
  if (template === undefined) return status >= 400 ? [] : [`no operation is described for ${segments.join('/')}`];
  const described = describedAnswer(template, method, status);
  if (!described) return status === 405 ? [] : [`no ${status} is described for ${method} ${template}`];
  if (status === 204 && answer.isPartial) return body.byteLength > 0 ? ['a 204 has no body'] : [];
  if (described === 'empty') return body.byteLength > 0 ? [`${method} ${template} has no body`] : [];
  if (!contentType.startsWith('application/json')) return otherThanJson(answer, described.contentType);
  const json = JSON.parse(body.toString()) as Json;
  if (!described.validate(json)) return (described.validate.errors ?? []).map(({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  return status >= 400 || answer.isPartial ? [] : missing(json, namesIn(described.schema), answer);
}

const otherThanJson = ({ contentType, body }: SeenAnswer, described: string): readonly string[] => {
  if (described === 'application/json') return [`JSON is described, ${contentType} came`];
  return described === 'text/plain' && !/^\d+$/.test(body.toString()) ? ['a count is a number'] : [];
};

/** Properties that were selected, or that are documented when nothing is. */
function missing(json: Json, schemas: readonly string[], { query }: SeenAnswer): readonly string[] {
  const documented = DOCUMENTED.find(([pattern]) => schemas.some((name) => pattern.test(name)))?.[1];
  if (!documented) return [];
  const wanted = ['id', ...(query.get('$select')?.split(',').map((name) => name.trim()) ?? documented)];
  const items = (Array.isArray(json['value']) ? json['value'] : [json]) as readonly Json[];
  return items.flatMap((item) => ('@removed' in item ? [] : wanted.filter((name) => !(name in item)).map((name) => `${name} is missing`)));
}
