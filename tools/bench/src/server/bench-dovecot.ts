import type { MessageRef } from '@signalbox/core';
import { type Lab, startLab } from '@signalbox/lab';
import { Digest, hashOf } from '../digest.ts';
import type { DovecotAddress } from '../job.ts';
import { makeMessage, messageIdOf } from '../messages.ts';
import type { Workload } from '../workloads.ts';
import { arrivedDigest, sentDigest } from './arrivals.ts';
import type { Ground, GroundServer } from './ground.ts';

type Dovecot = NonNullable<Lab['dovecot']>;

const USER = 'bench@lab.test';
const SINKS = [1, 2, 3, 4, 5].map((number) => `sink${number}@lab.test`);

/** A Dovecot of its own, with the mail that the workloads read and the mailboxes that they send to. */
export class BenchDovecot implements GroundServer {
  readonly address: DovecotAddress;
  readonly #lab: Lab;
  readonly #dovecot: Dovecot;

  private constructor(lab: Lab, dovecot: Dovecot, address: DovecotAddress) {
    this.#lab = lab;
    this.#dovecot = dovecot;
    this.address = address;
  }

  static async start(): Promise<BenchDovecot> {
    const lab = await startLab({ servers: ['dovecot'] });
    try {
      if (lab.dovecot === undefined) throw new Error('The lab started without Dovecot.');
      const { dovecot, ca } = lab;
      const { user, password } = await dovecot.createUser(USER);
      await Promise.all(SINKS.map((sink) => dovecot.createUser(sink)));
      const { imapsPort, submissionsPort } = dovecot;
      return new BenchDovecot(lab, dovecot, { kind: 'dovecot', host: '127.0.0.1', imapsPort, submissionsPort, ca, user, password, sinks: SINKS });
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  async lay(workload: Workload, { refs: wanted }: { readonly refs: boolean }): Promise<Ground> {
    if (workload.protocol === 'smtp') return this.#sinks(workload);
    const digest = await this.#seed(workload);
    const refs = wanted ? await this.#refs(workload) : [];
    switch (workload.name) {
      case 'envelopes':
      case 'envelopes-newest':
        return { refs, prepare: async () => {} };
      case 'flags':
      case 'flags-silent':
        return { refs, prepare: () => this.#unmark(workload), inspect: () => this.#marked(workload), expected: async () => halfMarked(workload) };
      default:
        return { refs, prepare: async () => {}, expected: async () => digest };
    }
  }

  /** Answers the digest of the sources. */
  async #seed({ place, messages, size }: Workload): Promise<string> {
    const digest = new Digest();
    const chosen = function* (from: number, until: number): Generator<Buffer> {
      for (let index = from; index < until; index++) yield makeMessage({ index, size, place });
    };
    // Some are read, some flagged: a listing without flags would be too easy.
    const parts = place.startsWith('Envelopes') ? [[], ['\\Seen'], ['\\Seen', '\\Answered'], ['\\Flagged']] : [[]];
    for (const [part, keywords] of parts.entries()) {
      const share = messages / parts.length;
      await this.#dovecot.deliverAll(USER, chosen(part * share, (part + 1) * share), { folder: place, keywords });
    }
    for (const message of chosen(0, messages)) digest.add(await hashOf([message]));
    return digest.toString();
  }

  /** In the order of seeding. Refs are opaque, so they are told apart by Message-ID. */
  async #refs({ place, messages }: Workload): Promise<readonly MessageRef[]> {
    const { openImapTransport } = await import('../child/our-imap.ts');
    await using transport = await openImapTransport(this.address);
    const { receive } = transport;
    const folder = await receive.findFolder({ path: [place] });
    const byId = new Map<string | undefined, MessageRef>();
    for await (const summary of receive.list({ folder: folder.id })) byId.set(summary.messageId, summary.ref);
    return Array.from({ length: messages }, (_, index) => {
      const ref = byId.get(messageIdOf(place, index));
      if (ref === undefined) throw new Error(`Message ${index} of ${place} was not listed.`);
      return ref;
    });
  }

  #sinks(workload: Workload): Ground {
    return {
      refs: [],
      prepare: async () => {
        await Promise.all(SINKS.map((sink) => this.#dovecot.doveadm('expunge', '-u', sink, 'mailbox', 'INBOX', 'ALL')));
      },
      inspect: () => arrivedDigest(this.#dovecot, SINKS, workload),
      expected: (repeats) => sentDigest(SINKS, workload, repeats),
    };
  }

  async #unmark({ place }: Workload): Promise<void> {
    await this.#dovecot.doveadm('flags', 'remove', '-u', USER, '\\Seen', 'mailbox', place, 'ALL');
  }

  async #marked({ place }: Workload): Promise<string> {
    const listing = await this.#dovecot.doveadm('-f', 'tab', 'fetch', '-u', USER, 'uid flags', 'mailbox', place, 'ALL');
    const digest = new Digest();
    for (const line of listing.trim().split('\n').slice(1)) {
      const [uid, flags = ''] = line.split('\t');
      digest.add([Number(uid), flags.split(' ').filter((flag) => flag !== '\\Recent' && flag !== '')]);
    }
    return digest.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
  }
}

/** After the last repetition each side marks all and unmarks the first half, so that both directions show. */
function halfMarked({ messages }: Workload): string {
  const digest = new Digest();
  for (let uid = 1; uid <= messages; uid++) digest.add([uid, uid <= messages / 2 ? [] : ['\\Seen']]);
  return digest.toString();
}
