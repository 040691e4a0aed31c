import { SubmissionRefusal, type SubmissionRefusalReason } from '../mail-flow/refusal.ts';
import { type RefusalReason, StoreRefusal } from '../store/refusal.ts';
import { badRequest, GraphError, itemNotFound } from './http/graph-error.ts';

const OF_THE_STORE: Readonly<Record<RefusalReason, () => GraphError>> = {
  'folder-not-found': itemNotFound,
  'message-not-found': itemNotFound,
  'folder-exists': () => new GraphError(409, 'ErrorFolderExists', 'A folder with the specified name already exists.'),
  'folder-is-well-known': () => badRequest('The operation is not allowed on a distinguished folder.', 'ErrorDeleteDistinguishedFolder'),
  'folder-in-itself': () => badRequest('The folder cannot be moved into itself or into one of its subfolders.', 'ErrorMoveCopyFailed'),
  'mailbox-full': () => new GraphError(507, 'ErrorQuotaExceeded', "The mailbox's storage limit has been reached."),
};

/** FACTS.md E6 and E13. */
const OF_SUBMISSION: Readonly<Record<SubmissionRefusalReason, () => GraphError>> = {
  'send-as-denied': () =>
    new GraphError(
      403,
      'ErrorSendAsDenied',
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.',
    ),
  'too-large': () => badRequest('The message exceeds the maximum supported size.', 'ErrorMessageSizeExceeded'),
  'too-many-recipients': () => badRequest('Cannot send mail. Message recipient limit exceeded.', 'ErrorExceededMessageLimit'),
  'recipient-quota': () => new GraphError(429, 'ErrorExceededMessageLimit', 'Cannot send mail. Daily Message/Recipient limit exceeded.'),
  'no-recipients': () => badRequest('At least one recipient is not valid.', 'ErrorInvalidRecipients'),
};

/** What is wrong, in Graph's words; whatever else is thrown is a fault of the simulator, and looks like one of the service. */
export function toGraphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  if (error instanceof StoreRefusal) return OF_THE_STORE[error.reason]();
  if (error instanceof SubmissionRefusal) return OF_SUBMISSION[error.reason]();
  return new GraphError(500, 'ErrorInternalServerError', 'An internal server error occurred. The operation failed.');
}

/** Of an error of the simulator itself: enough to find it, and nothing of what a client sent. */
export const failureFields = (error: unknown) => (error instanceof Error ? { name: error.name, at: error.stack?.split('\n').at(1)?.trim() ?? '' } : { name: typeof error, at: '' });

export const isExpected = (error: unknown): boolean => error instanceof GraphError || error instanceof StoreRefusal || error instanceof SubmissionRefusal;
