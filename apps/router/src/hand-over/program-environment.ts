import type { HandedDelivery } from './handed-delivery.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Longer texts are cut: Linux starts no program with a variable of more than 128 KiB, and a subject can be longer. */
const LONGEST_TEXT = 4096;
/** Of From. */
const LONGEST_LIST = 50;

/** Variables that open the store, the mailboxes or a collector. A program that is handed mail has no use for them. */
const OURS = ['SIGNALBOX_KEY', 'SIGNALBOX_KEY_FILE', 'DATABASE_URL', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'];

/** What a program inherits: everything but the secrets of the router, those that the configuration refers to among them. */
export function programEnvironment(env: Environment, configuration: string): Environment {
  const referred = [...configuration.matchAll(/\$\{env:([^}]+)\}/g)].map(([, name]) => name ?? '');
  const secrets = new Set([...OURS, ...referred]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)));
}

/** The delivery in the environment of its program: each fact by itself, and all of them as JSON. A fact that is not known is not set. */
export function deliveryEnvironment(delivery: HandedDelivery): Environment {
  const facts = cut(delivery);
  const variables = {
    SIGNALBOX_DELIVERY: facts.id,
    SIGNALBOX_MAILBOX: facts.mailbox,
    SIGNALBOX_ATTEMPT: String(facts.attempt),
    SIGNALBOX_RECEIVED_AT: facts.receivedAt.toISOString(),
    SIGNALBOX_KIND: facts.kind,
    SIGNALBOX_MESSAGE_ID: facts.messageId,
    SIGNALBOX_FROM: facts.from?.join(', '),
    SIGNALBOX_SUBJECT: facts.subject,
    SIGNALBOX_SENT_AT: facts.sentAt?.toISOString(),
    SIGNALBOX_SIZE: facts.size === undefined ? undefined : String(facts.size),
    SIGNALBOX_SAME_MESSAGE_ID_AS: facts.sameMessageIdAs,
    SIGNALBOX_OWN: facts.own,
    // Where it is traced, the program may go on with the trace.
    TRACEPARENT: delivery.trace,
    SIGNALBOX_DELIVERY_JSON: JSON.stringify(facts),
  };
  // A NUL would end the variable, and Node refuses to start the program.
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.replaceAll('\0', '')]])));
}

type Facts = Omit<HandedDelivery, 'trace' | 'visibleUntil' | 'raw' | 'ack' | 'nack' | 'extend'>;

/** Picked one by one: a delivery has more than its facts. */
function cut({ id, mailbox, attempt, receivedAt, kind, messageId, from, subject, sentAt, size, sameMessageIdAs, own }: HandedDelivery): Facts {
  const short = (text: string): string => text.slice(0, LONGEST_TEXT);
  return {
    id,
    mailbox,
    attempt,
    receivedAt,
    kind,
    ...(messageId !== undefined && { messageId: short(messageId) }),
    ...(from && { from: from.slice(0, LONGEST_LIST).map((each) => each.slice(0, 320)) }),
    ...(subject !== undefined && { subject: short(subject) }),
    ...(sentAt && { sentAt }),
    ...(size !== undefined && { size }),
    ...(sameMessageIdAs !== undefined && { sameMessageIdAs }),
    ...(own !== undefined && { own }),
  };
}
