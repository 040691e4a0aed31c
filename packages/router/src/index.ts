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
export type { DiagnoseOptions } from './diagnosis/diagnose.ts';
export { type CheckName, CHECKS, type CheckStatus, type Diagnosis, type DiagnosisRow } from './diagnosis/diagnosis.ts';
export { createRegistry, type PluginEntry, type PluginRegistry, type RegistryOptions, type RejectedPlugin } from './registry/registry.ts';
export { explain, type Explanation, type RouteExplanation, type SideExplanation } from './routing/explain.ts';
export type { Direction, Flow, FlowSide } from './routing/flow.ts';
export { type ResolveOptions, resolveRoutes } from './routing/resolve-routes.ts';
export type { MailboxRoutes, Route, RouteServer } from './routing/route.ts';
export { type Connections, type ConnectionsOptions, createConnections, type RouterHost } from './connections/connections.ts';
