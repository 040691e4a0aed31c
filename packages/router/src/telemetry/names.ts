/** What a span may be called. Few, and none with a name of somebody in it: whose it is stands in the attributes. */
export const SPANS = ['sweep', 'record', 'deliver', 'ack', 'nack', 'effect', 'read', 'mark', 'move', 'submit', 'attempt', 'stage', 'dispatch', 'look', 'settle', 'file-copy', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HTTP'] as const;

export type SpanName = (typeof SPANS)[number];

/**
 * What spans and metrics say. Where OpenTelemetry has a name for something, it is that one (semantic conventions 1.45: messaging, HTTP, errors).
 * No subject, no address, no Message-ID, no path of a request: ids of ours tell which mail it was, to whoever may look it up.
 */
export const ATTRIBUTES = [
  'messaging.system',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.destination.name',
  'messaging.message.id',
  'messaging.batch.message_count',
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.response.header.request-id',
  'http.response.header.client-request-id',
  'http.response.header.x-ms-request-id',
  'server.address',
  'signalbox.mailbox',
  'signalbox.mailbox.state',
  'signalbox.delivery.attempt',
  'signalbox.delivery.outcome',
  'signalbox.direction',
  'signalbox.effect',
  'signalbox.outbox.attempt',
  'signalbox.outbox.event',
  'signalbox.outbox.state',
  'signalbox.plugin',
  'signalbox.sweep.kind',
  'signalbox.transport',
] as const;

export type AttributeName = (typeof ATTRIBUTES)[number];
export type Facts = { readonly [Name in AttributeName]?: string | number | readonly string[] };
