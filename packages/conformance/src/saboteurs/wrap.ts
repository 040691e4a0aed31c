import type { Change, ChangeBatch, ChangesRequest, MailTransport, MessageSummary, Mutate, Probe, Receive, Send } from '@signalbox/core';

// A facet may be an object, a class or a proxy: wrappers call its methods on itself and copy none of its insides.

const delegateReceive = (inner: Receive): Receive => ({
  get traits() {
    return inner.traits;
  },
  get refSpace() {
    return inner.refSpace;
  },
  listFolders: (...args) => inner.listFolders(...args),
  findFolder: (...args) => inner.findFolder(...args),
  list: (...args) => inner.list(...args),
  changes: (...args) => inner.changes(...args),
  locate: (...args) => inner.locate(...args),
  present: (...args) => inner.present(...args),
  unread: (...args) => inner.unread(...args),
  fetchRaw: (...args) => inner.fetchRaw(...args),
  fetchRawEach: (...args) => inner.fetchRawEach(...args),
  listAttachments: (...args) => inner.listAttachments(...args),
  fetchAttachment: (...args) => inner.fetchAttachment(...args),
});

const delegateMutate = (inner: Mutate): Mutate => ({
  get traits() {
    return inner.traits;
  },
  updateKeywords: (...args) => inner.updateKeywords(...args),
  append: (...args) => inner.append(...args),
  move: (...args) => inner.move(...args),
  delete: (...args) => inner.delete(...args),
});

const delegateSend = (inner: Send): Send => ({
  get traits() {
    return inner.traits;
  },
  dispatch: (...args) => inner.dispatch(...args),
  ...(inner.stage && { stage: inner.stage.bind(inner) }),
  ...(inner.outcome && { outcome: inner.outcome.bind(inner) }),
});

const delegate = (transport: MailTransport, parts: Partial<MailTransport>): MailTransport => ({
  probe: transport.probe,
  ...(transport.receive && { receive: transport.receive }),
  ...(transport.mutate && { mutate: transport.mutate }),
  ...(transport.send && { send: transport.send }),
  [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  ...parts,
});

/** The transport with some reading methods replaced; unchanged where it cannot read. */
export const withReceive = (transport: MailTransport, change: (inner: Receive) => Partial<Receive>): MailTransport =>
  transport.receive ? delegate(transport, { receive: { ...delegateReceive(transport.receive), ...change(transport.receive) } }) : transport;

/** The transport with some changing methods replaced; unchanged where it cannot change anything. */
export const withMutate = (transport: MailTransport, change: (inner: Mutate) => Partial<Mutate>): MailTransport =>
  transport.mutate ? delegate(transport, { mutate: { ...delegateMutate(transport.mutate), ...change(transport.mutate) } }) : transport;

/** The transport with some sending methods replaced; unchanged where it cannot send. */
export const withSend = (transport: MailTransport, change: (inner: Send) => Partial<Send>): MailTransport =>
  transport.send ? delegate(transport, { send: { ...delegateSend(transport.send), ...change(transport.send) } }) : transport;

export const withProbe = (transport: MailTransport, change: (inner: Probe) => Probe): MailTransport => delegate(transport, { probe: change(transport.probe) });

export const withDispose = (transport: MailTransport, dispose: () => Promise<void>): MailTransport => delegate(transport, { [Symbol.asyncDispose]: dispose });

type Bend<T> = (value: T, request: ChangesRequest) => T | undefined | Promise<T | undefined>;

/** `changes` with every batch bent. */
export const bendBatches = (inner: Receive, bend: (batch: ChangeBatch, request: ChangesRequest) => ChangeBatch | Promise<ChangeBatch>): Pick<Receive, 'changes'> => ({
  async *changes(request) {
    for await (const batch of inner.changes(request)) yield await bend(batch, request);
  },
});

/** `changes` with every change bent, or swallowed. */
export const bendChanges = (inner: Receive, bend: Bend<Change>): Pick<Receive, 'changes'> =>
  bendBatches(inner, async (batch, request) => {
    const changes: Change[] = [];
    for (const change of batch.changes) {
      const bent = await bend(change, request);
      if (bent) changes.push(bent);
    }
    return { ...batch, changes };
  });

/** `changes` with every new message bent, or swallowed. */
export const bendAdded = (inner: Receive, bend: Bend<MessageSummary>): Pick<Receive, 'changes'> =>
  bendChanges(inner, async (change, request) => {
    if (change.type !== 'message-added') return change;
    const message = await bend(change.message, request);
    return message && { type: 'message-added', message };
  });
