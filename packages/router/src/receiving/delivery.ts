import { context, SpanKind, trace } from '@opentelemetry/api';
import { type Attachment, type ByteSource, type CallOptions, type Clock, type FolderSelector, type KeywordPatch, MailError, type MailTransport } from '@signalbox/core';
import type { Delivery as DeliveryRow, Deliveries } from '@signalbox/store';
import type { SpanName } from '../telemetry/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type MessageFacts, readFacts } from './facts.ts';
import { type HeaderFacts, headerFactsOf, readHeader } from './kind.ts';
import { isMessageOf, placesOf, type Wanted, withMessage } from './locate.ts';
import type { NotedMove } from './note-move.ts';
import { ownSource } from './own-source.ts';

/**
 * One message, handed over. It comes again under the same id until it is acknowledged, perhaps after a crash of either side: use the id as an
 * idempotency key, and it is processed exactly once.
 */
export interface Delivery extends MessageFacts {
  readonly id: string;
  readonly mailbox: string;
  /** Order within the mailbox. */
  readonly sequence: number;
  /** 1 for the first handing over. */
  readonly attempt: number;
  readonly receivedAt: Date;
  /** Until then it is yours, as far as `extend` has answered; afterwards it is handed over again. */
  readonly visibleUntil: Date;
  /** An earlier delivery with the same Message-ID: a copy, or another mail by a careless robot. */
  readonly sameMessageIdAs?: string;
  /** The outbox entry whose mail came back here, by Bcc or because it was sent to itself. */
  readonly own?: string;
  /** W3C traceparent of this handing over: make your own spans below it. Absent where nobody traces. */
  readonly trace?: string;
  /** Closes it for ever. Once or many times. */
  ack(): Promise<void>;
  /** It stays yours for so long from now, in milliseconds; as long as in the beginning by default. For work that takes longer. Throws `receipt.stale` when it is not yours any more. */
  extend(visibilityMs?: number): Promise<Date>;
  /** Hands it over again after the delay. Throws `receipt.stale` when it is not yours any more. */
  nack(options?: NackDeliveryOptions): Promise<void>;
  /** The message as it lies in the mailbox now; nothing of it is stored here. Throws `message.not-found` when it is gone, and it can be acknowledged all the same. */
  raw(options?: CallOptions): Promise<ByteSource>;
  /** What only the header tells: meeting, report, signature, list. Reads no more than that. */
  header(options?: CallOptions): Promise<HeaderFacts>;
  attachments(options?: CallOptions): Promise<readonly Attachment[]>;
  attachment(id: string, options?: CallOptions): Promise<ByteSource>;
  mark(patch: KeywordPatch, options?: CallOptions): Promise<void>;
  move(to: FolderSelector, options?: CallOptions): Promise<void>;
}

export interface NackDeliveryOptions {
  /** Milliseconds; a minute by default. */
  readonly delayMs?: number;
  /** For whoever looks at dead letters. No content. */
  readonly reason?: string;
  /** The consumer takes nothing now, whatever it is: this handing over does not count. */
  readonly uncounted?: boolean;
}


/** What is done with the message of a delivery, handed over or looked up. */
export interface MessageActions {
  raw(row: DeliveryRow, options?: CallOptions): Promise<ByteSource>;
  header(row: DeliveryRow, options?: CallOptions): Promise<HeaderFacts>;
  attachments(row: DeliveryRow, options?: CallOptions): Promise<readonly Attachment[]>;
  attachment(row: DeliveryRow, id: string, options?: CallOptions): Promise<ByteSource>;
  mark(row: DeliveryRow, patch: KeywordPatch, options?: CallOptions): Promise<void>;
  move(row: DeliveryRow, to: FolderSelector, options?: CallOptions): Promise<void>;
}

export interface ActionsOptions {
  readonly telemetry: Pick<Telemetry, 'span'>;
  /** The traceparent of the handing over, where it is in somebody's hands here. */
  readonly traceOf: (id: string) => string | undefined;
  readonly deliveries: Deliveries;
  readonly open: (mailbox: string, options?: CallOptions) => Promise<MailTransport>;
  /** Nothing of the mailbox is taken in while it runs. */
  readonly inTurn: (mailbox: string, work: () => Promise<void>, options?: CallOptions) => Promise<void>;
  /** After a message was moved, while nothing is taken in: where it lies now is to be noted. */
  readonly moved: (move: NotedMove, transport: MailTransport, mailbox: string, options?: CallOptions) => Promise<void>;
}

export function createMessageActions({ deliveries, open, inTurn, moved, telemetry, traceOf }: ActionsOptions): MessageActions {
  type Work<T> = (transport: Opened, ref: { folder: string; key: string }) => Promise<T>;
  const perform = async <T>(row: DeliveryRow, options: CallOptions | undefined, work: Work<T>, readsIt: boolean): Promise<T> => {
    const transport = await open(row.mailbox, options);
    const { receive } = transport;
    if (!receive) throw unable(row, 'receive');
    return withMessage(placesOf(receive, deliveries, { ...wantedOf(row), readsIt }, options), row.id, (ref) => work({ ...pick(transport), receive }, ref));
  };
  /** Below what the consumer does, where that is traced; of the handing over otherwise. */
  const traced =
    (name: SpanName) =>
    <T>(row: DeliveryRow, options: CallOptions | undefined, work: Work<T>, readsIt = false): Promise<T> => {
      const from = trace.getSpan(context.active()) ? undefined : (traceOf(row.id) ?? row.trace);
      const facts = { 'signalbox.mailbox': row.mailbox, 'messaging.message.id': row.id };
      return telemetry.span(name, { kind: SpanKind.CLIENT, facts, from }, () => perform(row, options, work, readsIt));
    };
  const [read, mark, move] = [traced('read'), traced('mark'), traced('move')];
  const raw = (row: DeliveryRow, options?: CallOptions): Promise<ByteSource> => {
    const facts = readFacts(row.facts);
    const work = async ({ receive }: Opened, ref: { folder: string; key: string }): Promise<ByteSource> =>
      ownSource(await receive.fetchRaw(ref, options), {
        ...(!receive.traits.refsSurviveMove && { messageId: facts.messageId }),
        isIt: async () => (await receive.present([ref], options)).some((message) => isMessageOf(message, { facts, arrivedAt: new Date(row.arrivedAt) })),
      });
    return read(row, options, work, true);
  };
  return {
    raw,
    header: async (row, options) => headerFactsOf(await readHeader(await raw(row, options))),
    attachments: (row, options) => read(row, options, ({ receive }, ref) => receive.listAttachments(ref, options)),
    attachment: (row, id, options) => read(row, options, ({ receive }, ref) => receive.fetchAttachment(ref, id, options)),
    mark: (row, patch, options) =>
      mark(row, options, async ({ mutate }, ref) => {
        if (!mutate) throw unable(row, 'change messages');
        await mutate.updateKeywords([ref], patch, options);
      }),
    move: (row, selector, options) =>
      move(row, options, async (transport, from) => {
        const { receive, mutate } = transport;
        if (!mutate) throw unable(row, 'change messages');
        const { id } = await receive.findFolder(selector, options);
        const moveIt = async (): Promise<void> => {
          // One that lies there already may have been moved before, by a call that failed before it was noted.
          const [result] = id === from.folder ? [{ to: from }] : await mutate.move([from], id, options);
          await moved({ ...wantedOf(row), from, target: id, ...(result?.to && { to: result.to }) }, transport.whole, row.mailbox, options);
        };
        await inTurn(row.mailbox, moveIt, options);
      }),
  };
}

interface Opened extends Pick<MailTransport, 'mutate'> {
  readonly whole: MailTransport;
  readonly receive: NonNullable<MailTransport['receive']>;
}

const pick = (transport: MailTransport): Pick<Opened, 'whole' | 'mutate'> => ({ whole: transport, ...(transport.mutate && { mutate: transport.mutate }) });

const wantedOf = (row: DeliveryRow): Wanted => ({ delivery: row.id, facts: readFacts(row.facts), arrivedAt: new Date(row.arrivedAt) });

const unable = ({ mailbox }: DeliveryRow, what: string): MailError => new MailError('capability.unsupported', `The transport of the mailbox "${mailbox}" cannot ${what}.`);

export interface HandOver {
  readonly actions: MessageActions;
  readonly clock: Clock;
  readonly ack: (row: DeliveryRow) => Promise<void>;
  readonly traceOf: (row: DeliveryRow) => string | undefined;
  readonly extend: (row: DeliveryRow, visibilityMs?: number) => Promise<number>;
  readonly nack: (row: DeliveryRow, options: { readonly delayMs: number; readonly error?: string; readonly uncounted: boolean }) => Promise<void>;
}

const NACK_MS = 60_000;

export function toDelivery(row: DeliveryRow, { actions, clock, ack, nack, extend, traceOf }: HandOver): Delivery {
  const trace = traceOf(row);
  let visibleUntil = row.claimedUntil === undefined ? clock.now() : new Date(row.claimedUntil);
  return {
    ...readFacts(row.facts),
    id: row.id,
    mailbox: row.mailbox,
    sequence: row.sequence,
    attempt: row.attempts,
    receivedAt: new Date(row.arrivedAt),
    get visibleUntil() {
      return visibleUntil;
    },
    ...(row.sameMessageAs !== undefined && { sameMessageIdAs: row.sameMessageAs }),
    ...(row.own !== undefined && { own: row.own }),
    ...(trace !== undefined && { trace }),
    ack: () => ack(row),
    async extend(visibilityMs) {
      visibleUntil = new Date(await extend(row, visibilityMs));
      return visibleUntil;
    },
    nack: ({ delayMs = NACK_MS, reason, uncounted = false } = {}) => nack(row, { delayMs, uncounted, ...(reason !== undefined && { error: reason }) }),
    raw: (options) => actions.raw(row, options),
    header: (options) => actions.header(row, options),
    attachments: (options) => actions.attachments(row, options),
    attachment: (id, options) => actions.attachment(row, id, options),
    mark: (patch, options) => actions.mark(row, patch, options),
    move: (to, options) => actions.move(row, to, options),
  };
}
