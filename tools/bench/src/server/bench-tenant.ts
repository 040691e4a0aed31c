import type { MessageRef } from '@signalbox/core';
import { keptSource, type Mailbox, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { Digest, hashOf } from '../digest.ts';
import type { TenantAddress } from '../job.ts';
import { makeMessage, messageIdOf } from '../messages.ts';
import { type NamedWorkload, type Workload, workNamed } from '../workloads.ts';
import type { Ground, GroundServer } from './ground.ts';
import { expectedMail, sentMail } from './sent-mail.ts';

const USER = 'bench@contoso.test';
/** Elsewhere: what goes there is kept to be looked at. */
const SINKS = [1, 2, 3, 4, 5].map((number) => `sink${number}@lab.test`);
/** What is measured is the client: nothing is to be refused, or delayed. */
const LIMITS = { graphConcurrency: 1_000, graphRequests: Infinity, graphUploadBytes: Infinity, messagesPerMinute: Infinity, recipientsPerDay: Infinity, messageBytes: 150_000_000 };
const A_DAY = 86_400;

/** A simulated tenant in this process, which does nothing else while a child is measured. */
export class BenchTenant implements GroundServer {
  readonly address: TenantAddress;
  readonly #tenant: Tenant;
  readonly #mailbox: Mailbox;
  readonly #digests = new Map<string, string>();

  private constructor(tenant: Tenant, mailbox: Mailbox, address: TenantAddress) {
    this.#tenant = tenant;
    this.#mailbox = mailbox;
    this.address = address;
  }

  static async start(): Promise<BenchTenant> {
    const tenant = await startTenant({
      doors: ['graph'],
      mime: 'kept',
      tenant: { acceptedDomains: ['contoso.test'], accessTokenLifetime: A_DAY, limits: LIMITS },
      users: [{ userPrincipalName: USER }],
      apps: [{ roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] }],
    });
    const [app] = tenant.directory.apps();
    const mailbox = tenant.store.mailbox(USER);
    if (app === undefined || mailbox === undefined) throw new Error('The tenant has no mailbox, or nobody who may open it.');
    const { token } = await tenant.tokens.issue({ app, resource: 'graph' });
    return new BenchTenant(tenant, mailbox, { kind: 'tenant', baseUrl: tenant.doors.graph!.baseUrl, ca: tenant.certificates.ca, user: USER, token, sinks: SINKS });
  }

  async lay(workload: NamedWorkload, { refs: wanted }: { readonly refs: boolean }): Promise<Ground> {
    if (workload.protocol === 'graph-send') return this.#sending(workload);
    const digest = await this.#seed(workload);
    const refs = wanted ? await this.#refs(workload) : [];
    switch (workNamed(workload.name)) {
      case 'graph-changes':
      case 'graph-list':
        return { refs, prepare: async () => {} };
      case 'graph-flags':
        return { refs, prepare: async () => this.#mark(workload, () => false), inspect: async () => this.#marked(workload), expected: async () => halfMarked(workload) };
      default:
        return { refs, prepare: async () => {}, expected: async () => digest };
    }
  }

  /** Answers the digest of the sources. */
  async #seed({ place, messages, size }: Workload): Promise<string> {
    const seeded = this.#digests.get(place);
    if (seeded !== undefined) return seeded;
    const folder = this.#mailbox.createFolder('msgfolderroot', place);
    const begin = this.#tenant.clock.now().getTime() - messages * 1_000;
    const digest = new Digest();
    for (let index = 0; index < messages; index++) {
      const source = makeMessage({ index, size, place });
      // Some are read, some flagged: a listing without flags would be too easy.
      const state = place === 'Listed' ? { isRead: index % 2 === 1, flag: index % 4 === 3 ? ('flagged' as const) : ('notFlagged' as const) } : {};
      this.#mailbox.append(folder, { source: keptSource(source), arrivedAt: new Date(begin + index * 1_000), ...state });
      digest.add(await hashOf([source]));
    }
    this.#digests.set(place, digest.toString());
    return digest.toString();
  }

  /** In the order of seeding. Refs are opaque, so they are told apart by Message-ID. */
  async #refs({ place, messages }: Workload): Promise<readonly MessageRef[]> {
    const { openGraphTransport } = await import('../child/our-graph.ts');
    await using transport = await openGraphTransport(this.address);
    const folder = await transport.receive.findFolder({ path: [place] });
    const byId = new Map<string | undefined, MessageRef>();
    for await (const summary of transport.receive.list({ folder: folder.id })) byId.set(summary.messageId, summary.ref);
    return Array.from({ length: messages }, (_, index) => {
      const ref = byId.get(messageIdOf(place, index));
      if (ref === undefined) throw new Error(`Message ${index} of ${place} was not listed.`);
      return ref;
    });
  }

  #sending(workload: Workload): Ground {
    return {
      refs: [],
      prepare: async () => this.#forgetSent(),
      inspect: async () => sentMail(this.#tenant.mailFlow, workload),
      expected: async (repeats) => expectedMail({ sinks: SINKS, from: USER, workload }, repeats),
    };
  }

  #forgetSent(): void {
    this.#tenant.mailFlow.reset();
    for (const name of ['drafts', 'sentitems', 'recoverableitemsdeletions']) {
      for (const message of this.#mailbox.folder(name)?.messages.slice() ?? []) {
        this.#mailbox.remove(message, 'recoverable');
        if (name !== 'recoverableitemsdeletions') this.#mailbox.remove(message, 'recoverable');
      }
    }
  }

  #mark({ place }: Workload, isRead: (index: number) => boolean): void {
    for (const [index, message] of this.#messagesIn(place).entries()) this.#mailbox.update(message, { isRead: isRead(index) });
  }

  #marked({ place }: Workload): string {
    const digest = new Digest();
    for (const [index, message] of this.#messagesIn(place).entries()) digest.add([index, message.isRead]);
    return digest.toString();
  }

  #messagesIn(place: string): NonNullable<ReturnType<Mailbox['folder']>>['messages'] {
    const folder = this.#mailbox.folders.find(({ displayName }) => displayName === place);
    if (folder === undefined) throw new Error(`There is no folder ${place}.`);
    return folder.messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tenant[Symbol.asyncDispose]();
  }
}

/** After the last repetition each side marks all and unmarks the first half, so that both directions show. */
function halfMarked({ messages }: Workload): string {
  const digest = new Digest();
  for (let index = 0; index < messages; index++) digest.add([index, index >= messages / 2]);
  return digest.toString();
}
