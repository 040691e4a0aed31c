import type { Attributes, Counter, Histogram, Meter, ObservableGauge } from '@opentelemetry/api';
import type { Facts } from './names.ts';

type Kind = 'counter' | 'histogram' | 'gauge';

interface Instrument {
  readonly kind: Kind;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

const define = <K extends Kind>(kind: K, name: string, unit: string, description: string): Instrument & { readonly kind: K } => ({ kind, name, unit, description });

/** Everything that is counted. None has the mailbox among its attributes: ten thousand mailboxes would be ten thousand series of each. */
export const METRICS = {
  recorded: define('counter', 'signalbox.deliveries.recorded', '{delivery}', 'Messages that became deliveries'),
  handedOver: define('counter', 'signalbox.deliveries.handed_over', '{delivery}', 'Deliveries handed to a consumer, again or for the first time'),
  settled: define('counter', 'signalbox.deliveries.settled', '{delivery}', 'What consumers answered'),
  processing: define('histogram', 'signalbox.delivery.process.duration', 's', 'From handing over to the answer'),
  age: define('histogram', 'signalbox.delivery.age', 's', 'From arrival in the mailbox to the first handing over'),
  sweep: define('histogram', 'signalbox.sweep.duration', 's', 'From the begin of a finished sweep until all of it was recorded'),
  submitted: define('counter', 'signalbox.sends.submitted', '{mail}', 'Mails written into the outbox'),
  sends: define('counter', 'signalbox.sends.settled', '{mail}', 'What became of attempts and looks, by the state that the mail is in then'),
  sendTime: define('histogram', 'signalbox.send.duration', 's', 'From submission, or the time it was scheduled for, to the acceptance by the server'),
  failures: define('counter', 'signalbox.failures', '{failure}', 'Failures by code'),
  throttles: define('counter', 'signalbox.throttles', '{failure}', 'Failures that were a wish of the server for fewer requests or later ones'),
  requests: define('histogram', 'http.client.request.duration', 's', 'Requests of plugins, until the header of the answer has come'),
  authRequests: define('counter', 'signalbox.auth.requests', '{request}', 'Requests of auth plugins: nearly all of them ask for a token'),
  mailboxes: define('gauge', 'signalbox.mailboxes', '{mailbox}', 'Mailboxes that receive, by state'),
  open: define('gauge', 'signalbox.deliveries.open', '{delivery}', 'Deliveries that nobody has acknowledged, by the state of their mailbox'),
  dead: define('gauge', 'signalbox.deliveries.dead', '{delivery}', 'Deliveries that were handed over too often'),
  lag: define('gauge', 'signalbox.receive.lag', 's', 'Since the "complete up to" of the mailbox that is farthest behind'),
  outbox: define('gauge', 'signalbox.outbox.entries', '{mail}', 'Mails that are still to be worked on, or held for a person, by state'),
} as const;

type Made<K extends Kind> = K extends 'counter' ? Counter : K extends 'histogram' ? Histogram : ObservableGauge;
export type Metrics = { readonly [Name in keyof typeof METRICS]: Made<(typeof METRICS)[Name]['kind']> };

/** From milliseconds to hours: what is here takes as long as people, servers and connections take. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400];

/** As the metrics of its provider: the one that is registered now. */
export function createMetrics(meter: Meter): Metrics {
  const make = ({ kind, name, unit, description }: Instrument): Counter | Histogram | ObservableGauge => {
    if (kind === 'counter') return meter.createCounter(name, { unit, description });
    if (kind === 'gauge') return meter.createObservableGauge(name, { unit, description });
    return meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: SECONDS } });
  };
  return Object.fromEntries(Object.entries(METRICS).map(([key, instrument]) => [key, make(instrument)])) as unknown as Metrics;
}

export const asAttributes = (facts: Facts): Attributes => facts;
