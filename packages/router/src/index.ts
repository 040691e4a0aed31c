export type {
  Backlog,
  CertificateSettings,
  Config,
  EntraSettings,
  MailboxConfig,
  NetworkConfig,
  NotificationSettings,
  OnAck,
  Options,
  OutgoingSettings,
  RelaySettings,
  ServerSettings,
} from './config/config.ts';
export { configJsonSchema } from './config/json-schema.ts';
export { type ConfigSource, loadConfig } from './config/load-config.ts';
export { type ConfigPath, type ConfigPositions, formatPath, type Position } from './config/positions.ts';
export { ConfigError, type ConfigProblem, isConfigError } from './config/problem.ts';
export { type Connections, type ConnectionsOptions, createConnections, type RouterHost } from './connections/connections.ts';
export type { DiagnoseOptions } from './diagnosis/diagnose.ts';
export { type CheckName, CHECKS, type CheckStatus, type Diagnosis, type DiagnosisRow } from './diagnosis/diagnosis.ts';
export { createLeaseKeeper, type HeldLease, type LeaseKeeper, type LeaseKeeperOptions, type LeaseRows, underLease } from './leases/keeper.ts';
export type { Delivery, NackDeliveryOptions } from './receiving/delivery.ts';
export type { OnReport } from './receiving/effect-worker.ts';
export type { RouterEvent } from './receiving/events.ts';
export type { MessageFacts } from './receiving/facts.ts';
export type { GapReason } from './receiving/folder-reader.ts';
export type { ConsumeOptions, HubSettings } from './receiving/hub.ts';
export type { HeaderFacts, MessageKind } from './receiving/kind.ts';
export type { ReceivingSettings } from './receiving/mailbox-session.ts';
export { type BacklogCount, createReceiver, type Receiver, type ReceiverOptions } from './receiving/receiver.ts';
export type { FolderStatus, ReceivingState, ReceivingStatus } from './receiving/status.ts';
export { createRegistry, type PluginEntry, type PluginRegistry, type RegistryOptions, type RejectedPlugin } from './registry/registry.ts';
export { createRouter, type Router } from './router/create-router.ts';
export type { RouterOptions } from './router/options.ts';
export { explain, type Explanation, type RouteExplanation, type SideExplanation } from './routing/explain.ts';
export type { Direction, Flow, FlowSide } from './routing/flow.ts';
export { type ResolveOptions, resolveRoutes } from './routing/resolve-routes.ts';
export type { MailboxRoutes, Route, RouteServer } from './routing/route.ts';
export type { ReplyOptions } from './sending/compose/answer.ts';
export { type Original, originalOfSummary, readOriginal } from './sending/compose/original.ts';
export type { SendingConnections, SendingHost, SendingOptions, SendingOutcome } from './sending/context.ts';
export type { MailDefaults, OutgoingAttachment, OutgoingFields, OutgoingMail, OutgoingMessage } from './sending/mail.ts';
export { type DeliveryReport, readDeliveryReport, type ReportedRecipient } from './sending/report/read-report.ts';
export { type Answered, createSending, type Forwarded, type Reported, type Sending, type SendOptions } from './sending/sending.ts';
export { SENDING_DEFAULTS, type SendingSettings } from './sending/settings.ts';
