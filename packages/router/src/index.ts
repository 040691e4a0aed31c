export { waitAfter } from './back-off.ts';
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
  ReceivingConfig,
  RelaySettings,
  RetentionConfig,
  ServerSettings,
} from './config/config.ts';
export { configJsonSchema } from './config/json-schema.ts';
export { type ConfigSource, loadConfig } from './config/load-config.ts';
export { type ConfigPath, type ConfigPositions, formatPath, type Position } from './config/positions.ts';
export { ConfigError, type ConfigProblem, isConfigError } from './config/problem.ts';
export { createRedactor, type Redactor } from './config/redactor.ts';
export { type Connections, type ConnectionsOptions, createConnections, type RouterHost } from './connections/connections.ts';
export { flowText, serverText } from './deployment/compare.ts';
export type { PlanRefusal } from './deployment/conflicts.ts';
export type { Deployed, DeployedChange, DeployedMailbox, DeployedSettings, DeployedSide, DeployedValue } from './deployment/deployed.ts';
export { type ApplyOptions, type Candidate, createDeployments, type DeployedRevision, type DeploymentRows, type Deployments, type PlanKnowledge } from './deployment/deployments.ts';
export { describeDeployment, type DescribeInput } from './deployment/describe.ts';
export { type DeploymentPlan, hasChanges, planDeployment, type PlanInput, type PlannedMailbox, summarizePlan } from './deployment/plan.ts';
export { type WithMailboxes, withMailboxes, type WrittenMailbox } from './deployment/with-mailboxes.ts';
export type { WrittenFlowFields, WrittenFlows } from './deployment/with-flows.ts';
export { withoutMailbox } from './deployment/without-mailbox.ts';
export type { DiagnoseOptions } from './diagnosis/diagnose.ts';
export { type CheckName, CHECKS, type CheckStatus, type Diagnosis, type DiagnosisRow } from './diagnosis/diagnosis.ts';
export { createLeaseKeeper, type HeldLease, type LeaseKeeper, type LeaseKeeperOptions, type LeaseRows, underLease } from './leases/keeper.ts';
export { countBacklog } from './receiving/backlog.ts';
export type { Delivery, NackDeliveryOptions } from './receiving/delivery.ts';
export { effectOf } from './receiving/effect-kinds.ts';
export type { OnReport } from './receiving/effect-worker.ts';
export type { RouterEvent } from './receiving/events.ts';
export { type MessageFacts, readFacts } from './receiving/facts.ts';
export type { GapReason } from './receiving/folder-reader.ts';
export type { ConsumeOptions, HubSettings } from './receiving/hub.ts';
export type { HeaderFacts, MessageKind } from './receiving/kind.ts';
export type { ReceivingSettings } from './receiving/mailbox-session.ts';
export { type BacklogCount, createReceiver, type Receiver, type ReceiverOptions, type ReceiverUpdate } from './receiving/receiver.ts';
export type { FolderStatus, ReceivingState, ReceivingStatus } from './receiving/status.ts';
export { createRegistry, type PluginEntry, type PluginRegistry, type RegistryOptions, type RejectedPlugin } from './registry/registry.ts';
export { createRouter, type Router, type RouterUpdate } from './router/create-router.ts';
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
export type { SwitchCheck, SwitchRefusal } from './switching/check.ts';
export type { FolderAgreement } from './switching/door-check.ts';
export { cancelSwitch, completeSwitch, rollBackSwitch } from './switching/end-switch.ts';
export { readPlan, type SwitchPlan } from './switching/plan.ts';
export { createSwitching, type OpenedCandidate, type RunSwitchOptions, type SwitchRun, type Switching, type SwitchingOptions, type SwitchingRows, type SwitchTarget } from './switching/switching.ts';
