export type { Attachment } from './attachment.ts';
export type { AuthDeadline, AuthDetails, AuthFinding, AuthProvider, AuthStatus, InspectRequest } from './auth-provider.ts';
export type { ByteSource } from './byte-source.ts';
export type { Callback, CallbackAddress, CallbackAnswer, Callbacks } from './callbacks.ts';
export type { CallOptions } from './call-options.ts';
export type { Change, ChangeBatch, ChangesRequest, ChangesSince, Cursor } from './changes.ts';
export type { Content } from './content.ts';
export { CONTRACT_VERSION } from './contract-version.ts';
export type { BearerToken, Credential, CredentialKind, CredentialRequest, CredentialSource, Password } from './credential.ts';
export { type BlastRadius, ERROR_CODES, type ErrorFacts, type MailErrorCode, type Retry } from './error-codes.ts';
export type { Folder, FolderRole, FolderSelector } from './folder.ts';
export type { Clock, HostServices, Logger, LogLevel, NetworkSettings, TokenChange, TokenStore } from './host.ts';
export type { EmailAddress, FolderId, InternetMessageId, Keyword, Mailbox, MailboxId, MessageKey } from './identity.ts';
export type { FinishOptions, InteractiveLogin, LoginChallenge, LoginOptions } from './login.ts';
export { isMailError, MailError, type MailErrorOptions, type ProtocolDetail } from './mail-error.ts';
export type { ListRequest, LocateQuery, MessageRef, MessageSummary } from './message.ts';
export type { AppendOptions, DeleteOptions, KeywordPatch, MovedMessage, Mutate, MutateTraits } from './mutate.ts';
export { type FailedItem, isPartialFailure, PartialFailureError } from './partial-failure.ts';
export {
  type AuthContext,
  type AuthPlugin,
  defineAuth,
  defineTransport,
  type Plugin,
  type PluginManifest,
  type TransportContext,
  type TransportPlugin,
} from './plugin.ts';
export type { Probe, ProbeCheck, ProbeReport } from './probe.ts';
export type { RawMessage, Receive, ReceiveTraits } from './receive.ts';
export type { Remedy, RemedyAction } from './remedy.ts';
export { type Secret, secret } from './secret.ts';
export type { Envelope, Receipt, Send, SendOutcome, SendTraits, Staged, Submission } from './send.ts';
export type { SchemaIssue, SchemaResult, StandardSchemaV1 } from './standard-schema.ts';
export type { Facet, MailTransport } from './transport.ts';
